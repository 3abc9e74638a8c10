import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A Liaison connection of the benchmark: the same id and secret in every variant, so that all get the same requests. */
export interface BenchConnection {
  readonly id: string;
  readonly secret: string;
}

export interface BenchSpace {
  readonly connectionId: string;
  readonly externalId: string;
  readonly title: string;
}

const connectionCount = 5;
const spaceCount = 2_000;

export const benchConnections: readonly BenchConnection[] = Array.from({ length: connectionCount }, (_, index) => ({
  id: `019a0000-0000-7000-8000-00000000000${index}`,
  secret: `not a secret, only a benchmark ${index}`,
}));

export const benchSpaces: readonly BenchSpace[] = Array.from({ length: spaceCount }, (_, index) => ({
  connectionId: `019a0000-0000-7000-8000-00000000000${index % connectionCount}`,
  externalId: `58822220e4b0${index.toString(16).padStart(12, '0')}`,
  title: `Projekt „Straße“ ${index} 計画`,
}));

/**
 * Writes the connections as a file for LIAISON_CONNECTIONS_FILE, with the secrets in files beside it; answers its path.
 */
export async function writeConnectionsFile(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const connections = await Promise.all(
    benchConnections.map(async ({ id, secret }, index) => {
      const secretFile = join(directory, `webhook-secret-${index}`);
      await writeFile(secretFile, secret, { mode: 0o600 });
      return {
        key: `bench-${index}`,
        id,
        platform: 'watson-work',
        settings: { appId: `bench-${index}` },
        secrets: { webhookSecrets: [{ file: secretFile }] },
      };
    }),
  );
  const path = join(directory, 'connections.json');
  await writeFile(path, JSON.stringify({ connections }));
  return path;
}
