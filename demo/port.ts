import { createServer } from 'node:net';

/** Whether a server could listen there now. Errors other than a taken port are left for the service to report. */
export function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error) => resolve(!('code' in error && error.code === 'EADDRINUSE')));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}
