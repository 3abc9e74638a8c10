import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SimulatorClock } from '../../simulators/common/clock.js';
import { type SimulatedApp } from '../../simulators/watson-work/registered-app.js';
import { WatsonWorkSimulator } from '../../simulators/watson-work/watson-work-simulator.js';
import { type SimulatedIntegration } from '../../simulators/webex/simulated-integration.js';
import { WebexSimulator } from '../../simulators/webex/webex-simulator.js';
import { NeedsAuthorization } from '../../src/platforms/platform.errors.js';
import { ACTING_TOKENS, type ActingTokens } from '../../src/tokens/acting-tokens.js';
import { Browser } from '../setup/browser.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { outcomeOf, type Grant, type Started } from '../setup/oidc-stage.js';
import { Relay } from '../setup/relay.js';
import { startTestService, type TestService } from '../setup/service.js';

/** Asks for a grant and follows the browser to its end. */
async function roundTrip(service: TestService, connectionId: string): Promise<{ id: string; outcome: unknown }> {
  const { body } = await service.call<Started>('POST', '/v1/grants', { body: { connectionId } });
  return { id: body.id, outcome: outcomeOf(await new Browser().open(body.authorizeUrl)) };
}

const grantIn = (service: TestService, id: string): Promise<Grant> => service.get<Grant>(`/v1/grants/${id}`);

describe.each(['keep', 'rotate', 'omit'] as const)(
  'a grant at a Webex whose refreshes %s the refresh token',
  (policy) => {
    let database: TestDatabase;
    let webex: WebexSimulator;
    let service: TestService;
    let integration: SimulatedIntegration;
    let connectionId: string;
    beforeAll(async () => {
      database = await createTestDatabase();
      webex = await WebexSimulator.start({ clock: new SimulatorClock(), quirks: { refreshTokens: policy } });
      service = await startTestService(database.url, { LIAISON_OUTBOUND_ALLOW: new URL(webex.url).host });
      await service.ready;
      integration = webex.registerIntegration({ name: 'Liaison', redirectUris: [`${service.url}/oauth/callback`] });
      const { clientId, clientSecret } = integration;
      const answer = await service.call<{ id: string }>('POST', '/v1/connections', {
        body: {
          platform: 'webex',
          name: 'Webex',
          settings: { apiUrl: `${webex.url}/v1`, kind: 'integration', clientId, webhooks: [] },
          secrets: { clientSecret },
        },
      });
      connectionId = answer.body.id;
    });
    afterAll(async () => {
      await service.stop();
      await webex.stop();
      await database.drop();
    });

    it('is refused by its user, consented to by them, renewed twice and ended by them', async () => {
      // The integration has all messaging scopes in one, so the usual ones are not asked for.
      const ask = async (): Promise<{ id: string; outcome: unknown }> => {
        const body = { connectionId, scopes: ['spark:all'] };
        const started = await service.call<Started>('POST', '/v1/grants', { body });
        return { id: started.body.id, outcome: outcomeOf(await new Browser().open(started.body.authorizeUrl)) };
      };
      const refused = await ask();
      expect([refused.outcome, (await grantIn(service, refused.id)).state]).toEqual(['denied', 'denied']);
      const ann = webex.addPerson({ displayName: 'Ann Ångström', email: 'ann@example.com' });
      webex.consentAs(ann);
      const { id, outcome } = await ask();
      expect(outcome).toBe('active');
      expect(await grantIn(service, id)).toMatchObject({
        state: 'active',
        subject: { externalId: ann.id, displayName: 'Ann Ångström', email: 'ann@example.com' },
      });
      const tokens = service.app.get<ActingTokens>(ACTING_TOKENS);
      const given = new Set<string>();
      for (let round = 0; round < 3; round++) {
        const token = await tokens.user(id);
        given.add(token.accessToken);
        expect(token.subjectExternalId).toBe(ann.id);
        const me = await fetch(`${webex.url}/v1/people/me`, {
          headers: { authorization: `Bearer ${token.accessToken}` },
        });
        expect(me.status).toBe(200);
        await tokens.userRefused(id, token);
      }
      expect(given.size).toBe(3);
      webex.revokeTokens(ann);
      await expect(tokens.user(id)).rejects.toThrow(NeedsAuthorization);
      expect(await grantIn(service, id)).toMatchObject({ state: 'needs-reauthorization', reason: 'refused' });
    });
  },
);

describe.each(['keep', 'rotate', 'omit'] as const)(
  'a grant at a Watson Work whose refreshes %s the refresh token',
  (policy) => {
    let database: TestDatabase;
    let watson: WatsonWorkSimulator;
    let relay: Relay;
    let service: TestService;
    let app: SimulatedApp;
    let connectionId: string;
    beforeAll(async () => {
      database = await createTestDatabase();
      watson = await WatsonWorkSimulator.start({ clock: new SimulatorClock(), refreshTokens: policy });
      relay = await Relay.start(watson.url);
      service = await startTestService(database.url, { LIAISON_OUTBOUND_ALLOW: relay.host });
      await service.ready;
      app = watson.registerApp({ name: 'Liaison', redirectUris: [`${service.url}/oauth/callback`] });
      const answer = await service.call<{ id: string }>('POST', '/v1/connections', {
        body: {
          platform: 'watson-work',
          name: 'Watson Work',
          settings: { appId: app.appId, apiUrl: relay.url },
          secrets: { appSecret: app.appSecret },
        },
      });
      connectionId = answer.body.id;
    });
    afterAll(async () => {
      await service.stop();
      await relay.stop();
      await watson.stop();
      await database.drop();
    });

    it('is consented to, renewed twice and ended; its user is named in the answer, but for the e-mail address', async () => {
      const ann = watson.addPerson({ displayName: 'Ann Ångström', email: 'ann@example.com' });
      watson.consentAs(ann);
      const { id, outcome } = await roundTrip(service, connectionId);
      expect([outcome, relay.count('/graphql')]).toEqual(['active', 1]);
      expect(await grantIn(service, id)).toMatchObject({
        state: 'active',
        subject: { externalId: ann.id, displayName: 'Ann Ångström' },
      });
      const tokens = service.app.get<ActingTokens>(ACTING_TOKENS);
      const given = new Set<string>();
      for (let round = 0; round < 3; round++) {
        const token = await tokens.user(id);
        given.add(token.accessToken);
        await tokens.userRefused(id, token);
      }
      expect(given.size).toBe(3);
      watson.revokeRefreshTokens(ann);
      await expect(tokens.user(id)).rejects.toThrow(NeedsAuthorization);
      expect(await grantIn(service, id)).toMatchObject({ state: 'needs-reauthorization', reason: 'refused' });
    });

    it('is of the user whom the platform names when it is asked, where the answer does not say it', async () => {
      const bob = watson.addPerson({ displayName: 'Bob', email: 'bob@example.com' });
      watson.consentAs(bob);
      relay.change = (path, answer) =>
        path === '/oauth/token' ? { ...answer, id: undefined, displayName: undefined } : answer;
      const { id, outcome } = await roundTrip(service, connectionId);
      relay.change = (_path, answer) => answer;
      expect([outcome, relay.count('/graphql')]).toEqual(['active', 2]);
      expect(await grantIn(service, id)).toMatchObject({
        subject: { externalId: bob.id, displayName: 'Bob', email: 'bob@example.com' },
      });
    });

    it('is left pending by a user who says no, because Watson Work does not say of which request that was', async () => {
      watson.consentAs(undefined);
      const { id, outcome } = await roundTrip(service, connectionId);
      expect([outcome, (await grantIn(service, id)).state]).toEqual(['denied', 'pending']);
    });

    it('outlives an app secret that was replaced at the platform, until an operator has entered the new one', async () => {
      watson.consentAs(watson.addPerson({ displayName: 'Carl', email: 'carl@example.com' }));
      const { id } = await roundTrip(service, connectionId);
      const tokens = service.app.get<ActingTokens>(ACTING_TOKENS);
      const enter = async (appSecret: string): Promise<void> => {
        await service.call('PATCH', `/v1/connections/${connectionId}`, { body: { secrets: { appSecret } } });
      };
      await enter('a wrong one');
      await tokens.userRefused(id, await tokens.user(id));
      await expect
        .poll(() =>
          tokens.user(id).then(
            () => 'given',
            (error: unknown) => (error instanceof Error ? error.name : ''),
          ),
        )
        .toBe('PlatformUnavailable');
      expect(await grantIn(service, id)).toMatchObject({ state: 'active' });
      await enter(app.appSecret);
      await expect
        .poll(
          () =>
            tokens.user(id).then(
              () => 'given',
              () => 'refused',
            ),
          { timeout: 5_000 },
        )
        .toBe('given');
    });
  },
);
