import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { startOidcStage, type OidcStage } from '../setup/oidc-stage.js';

const given = process.env['LIAISON_TEST_CHROMIUM'] ?? '';
const executablePath = given === '' ? '/usr/bin/chromium' : given;

describe.skipIf(!existsSync(executablePath))('in a real browser (LIAISON_TEST_CHROMIUM or /usr/bin/chromium)', () => {
  let database: TestDatabase;
  let stage: OidcStage;
  let profile: string;
  let browser: BrowserContext;
  beforeAll(async () => {
    database = await createTestDatabase();
    stage = await startOidcStage(database.url);
    profile = await mkdtemp(join(tmpdir(), 'liaison-browser-'));
    browser = await chromium.launchPersistentContext(profile, {
      executablePath,
      headless: true,
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  });
  afterAll(async () => {
    await browser.close();
    await rm(profile, { recursive: true, force: true });
    await stage.end();
    await database.drop();
  });

  it('a user signs in, agrees, and comes back to a page that says so and keeps to its own policy', async () => {
    const { id, authorizeUrl } = await stage.ask();
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      const { url } = message.location();
      if (url.startsWith(`${stage.service.url}/oauth/`)) complaints.push(message.text());
    });
    await page.goto(authorizeUrl);
    await page.fill('input[name=login]', 'ann');
    await page.fill('input[name=password]', 'x');
    await page.click('text=Sign in');
    await page.click('text=Agree');
    await page.waitForURL(/\/oauth\/callback/);
    expect(await page.locator('main').getAttribute('data-outcome')).toBe('active');
    expect(await page.locator('h1').innerText()).toBe('Connected');
    // The inline style is the one thing that the policy of the page allows.
    expect(await page.evaluate('getComputedStyle(document.body).maxWidth')).not.toBe('none');
    expect(complaints).toEqual([]);
    expect(await stage.grant(id)).toMatchObject({ state: 'active', subject: { externalId: 'ann' } });
    await page.reload();
    expect(await page.locator('main').getAttribute('data-outcome')).toBe('expired');
    expect(await stage.grant(id)).toMatchObject({ state: 'active' });
    await page.close();
  });

  it('a user who says no comes back to a page that says so', async () => {
    const { id, authorizeUrl } = await stage.ask();
    await browser.clearCookies();
    const page = await browser.newPage();
    await page.goto(authorizeUrl);
    await page.fill('input[name=login]', 'bob');
    await page.click('text=Sign in');
    await page.click('text=Refuse');
    await page.waitForURL(/\/oauth\/callback/);
    expect(await page.locator('main').getAttribute('data-outcome')).toBe('denied');
    expect(await stage.grant(id)).toMatchObject({ state: 'denied' });
    await page.close();
  });
});
