import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { type TestProject } from 'vitest/node';
import { migrate } from '../../src/database/migrate.js';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';

declare module 'vitest' {
  interface ProvidedContext {
    readonly databaseServer: string;
    readonly templateDatabase: string;
  }
}

interface Shared {
  readonly server: string;
  readonly template: string;
  readonly stop: () => Promise<void>;
}

// The rings share one server, whichever of them run.
let shared: Promise<Shared> | undefined;
let users = 0;

/** One Postgres for the whole run, with a template database that the real migrations have made. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  users += 1;
  shared ??= start();
  const { server, template, stop } = await shared;
  project.provide('databaseServer', server);
  project.provide('templateDatabase', template);
  return async () => {
    users -= 1;
    if (users === 0) await stop();
  };
}

async function start(): Promise<Shared> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given !== undefined && given !== '') return withTemplate(given, () => Promise.resolve());
  const dataDir = await mkdtemp(join(tmpdir(), 'liaison-test-'));
  // Open to pass through, so that the server's own user gets to its data here and nothing is left elsewhere.
  await chmod(dataDir, 0o711);
  const postgres = await startEmbeddedPostgres({
    dataDir,
    // Nothing outlives a test run, so nothing needs to reach the disk.
    settings: { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', max_connections: '250' },
  });
  return withTemplate(postgres.url, async () => {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
}

async function withTemplate(server: string, stop: () => Promise<void>): Promise<Shared> {
  const template = `liaison_template_${process.pid}_${Date.now()}`;
  const run = async (sql: string): Promise<void> => {
    const client = new Client({ connectionString: server });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  await run(`create database ${template}`);
  const url = new URL(server);
  url.pathname = `/${template}`;
  await migrate(url.href);
  return {
    server,
    template,
    stop: async () => {
      await run(`drop database if exists ${template}`);
      await stop();
    },
  };
}
