import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { adminKey, eventually, startTestService, type TestService } from '../setup/service.js';
import { connectWatson, deliver, type WatsonConnection } from '../setup/watson.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Below the packages, so that an example finds what it imports. */
const scratch = join(root, 'node_modules/.cache/readme-examples');

function examples(file: string, language: string): readonly string[] {
  const fences = readFileSync(join(root, file), 'utf8').matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm);
  return [...fences].flatMap(([, name, code]) => (name === language && code !== undefined ? [code] : []));
}

function exampleWith(words: string, language: string): string {
  const found = examples('README.md', language).find((code) => code.includes(words));
  if (found === undefined) throw new Error(`the README has no example in ${language} with ${words}`);
  return found;
}

/** A CRM that keeps notes. */
class Crm {
  readonly notes = new Map<string, { readonly content: string | null; readonly author?: unknown }>();
  puts = 0;
  private constructor(private readonly server: Server) {}

  static async start(): Promise<Crm> {
    const server = createServer();
    const crm = new Crm(server);
    server.on('request', (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        crm.puts += 1;
        // What the examples send.
        const note = JSON.parse(Buffer.concat(parts).toString()) as { content: string | null };
        crm.notes.set((request.url ?? '').replace('/notes/', ''), note);
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return crm;
  }

  get url(): string {
    // A server that listens on TCP has such an address.
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  contents(): readonly (string | null)[] {
    return [...this.notes.values()].map(({ content }) => content).sort();
  }

  stop(): Promise<unknown> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}

describe('the examples of the README', () => {
  let database: TestDatabase;
  let service: TestService;
  let connection: WatsonConnection;
  let crm: Crm;
  let folder: string;
  const running: ChildProcess[] = [];

  const tell = async (spaceId: string, messageId: string, content: string, at: number): Promise<void> => {
    const type = at === 0 ? 'message-created' : 'message-edited';
    const time = 1527789850554 + at;
    await deliver(connection.webhookUrl, { type, spaceId, messageId, userId: 'ann', userName: 'Ann', content, time });
  };
  const spaceIdOf = async (externalId: string): Promise<string> => {
    const path = `/v1/spaces?externalId=${externalId}`;
    const { items } = await eventually(
      () => service.get<{ items: { id: string }[] }>(path),
      (page) => page.items.length === 1,
    );
    return items[0]?.id ?? '';
  };
  const run = (command: string, args: readonly string[], spaceId: string): ChildProcess => {
    const child = spawn(command, args, {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      // Of its own group, so that a shell ends together with what it has started.
      detached: true,
      env: { ...process.env, LIAISON_URL: service.url, LIAISON_KEY: adminKey, SPACE_ID: spaceId, CRM_URL: crm.url },
    });
    running.push(child);
    return child;
  };
  const end = async (child: ChildProcess): Promise<void> => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    process.kill(-child.pid, 'SIGKILL');
    await ended;
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url);
    await service.ready;
    connection = await connectWatson(service);
    crm = await Crm.start();
    mkdirSync(scratch, { recursive: true });
    folder = mkdtempSync(join(scratch, 'run-'));
  });
  afterEach(async () => {
    for (const child of running.splice(0)) await end(child);
    rmSync(join(folder, 'cursor'), { force: true });
    crm.notes.clear();
    crm.puts = 0;
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await crm.stop();
    await service.stop();
    await database.drop();
  });

  it('are TypeScript that compiles, strictly', { timeout: 60_000 }, () => {
    const codes = [...examples('README.md', 'ts'), ...examples('packages/client/README.md', 'ts')];
    const files = codes.map((code, index) => {
      const file = join(folder, `example-${index}.mts`);
      writeFileSync(file, code);
      return file;
    });
    const program = ts.createProgram(files, {
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2023,
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: true,
      noEmit: true,
      lib: ['lib.es2023.d.ts'],
      types: ['node'],
      customConditions: ['source'],
    });
    const faults = ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
    expect(codes.length).toBeGreaterThanOrEqual(2);
    expect(faults).toEqual([]);
  });

  it.each(['TypeScript', 'curl'])(
    'keep a CRM in step with a space, and go on where they stopped: %s',
    { timeout: 60_000 },
    async (language) => {
      const follow = (spaceId: string): ChildProcess => {
        if (language === 'curl') return run('sh', ['-c', exampleWith('AFTER', 'sh')], spaceId);
        const { outputText } = ts.transpileModule(exampleWith('follow', 'ts'), {
          compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
        });
        writeFileSync(join(folder, 'follow.mjs'), outputText);
        return run(process.execPath, ['follow.mjs'], spaceId);
      };
      const space = `deal of ${language}`;
      await tell(space, `${language}-1`, 'Acme wants an offer', 0);
      await tell(space, `${language}-2`, 'Quote Q-117', 0);
      await tell('another space', `${language}-3`, 'not for this CRM', 0);
      const spaceId = await spaceIdOf(encodeURIComponent(space));
      const first = follow(spaceId);
      const contents = (): readonly (string | null)[] => crm.contents();
      await eventually(contents, (notes) => notes.length === 2, 30_000);
      await tell(space, `${language}-2`, 'Quote Q-118', 1_000);
      await eventually(contents, (notes) => notes.includes('Quote Q-118'), 30_000);
      expect(crm.contents()).toEqual(['Acme wants an offer', 'Quote Q-118']);
      expect([...crm.notes.values()]).toContainEqual(
        expect.objectContaining({ author: language === 'curl' ? { displayName: 'Ann' } : 'Ann' }),
      );
      await eventually(
        () => readFileSync(join(folder, 'cursor'), 'utf8').trim() !== '',
        (isThere) => isThere,
      );
      await end(first);
      const before = crm.puts;
      await tell(space, `${language}-4`, 'Acme has signed', 0);
      follow(spaceId);
      await eventually(contents, (notes) => notes.includes('Acme has signed'), 30_000);
      // Killed between a note and its cursor it may put one note again, and none of those before.
      expect(crm.puts - before).toBeLessThanOrEqual(2);
    },
  );
});
