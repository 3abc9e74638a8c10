import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type IdentityScene, SkypeScene, startIdentity } from '../../../simulators/skype-for-business/skype-scene.js';
import { type HttpCaller } from '../../common/outbound/http-caller.js';
import { OutboundHttp } from '../../common/outbound/outbound-http.js';
import { type PlatformAccount } from '../platform-account.js';
import { type OutgoingPost } from '../posting.js';
import { SkypeForBusinessApi } from './acting/skype-for-business.api.js';
import { skypeForBusinessPosting } from './skype-for-business.posting.js';

const endpoint = 'sip:FrontDesk@tenant-a.example';
const nobody = { accessToken: '', subjectExternalId: undefined };

describe('posts to Skype for Business at the same time', () => {
  let world: IdentityScene;
  let scene: SkypeScene;
  let http: OutboundHttp;
  let account: PlatformAccount;
  let invitationExternalId: string;

  beforeEach(async () => {
    world = await startIdentity();
    scene = await SkypeScene.start(world);
    const hosts = [world.identity.url, scene.skype.url, scene.skype.poolUrl].map((url) => new URL(url).host);
    http = new OutboundHttp({ allow: hosts });
    account = {
      settings: {
        apiUrl: scene.skype.url,
        authorityUrl: world.identity.url,
        audience: 'https://liaison.example',
        tenants: [world.tenant.tenantId],
        clientId: world.client.clientId,
        allowedHosts: hosts,
      },
      secret: () => world.client.secret,
      appToken: () => Promise.reject(new Error('not asked for')),
      organizationToken: () => Promise.resolve(undefined),
    };
    const api = new SkypeForBusinessApi(account, http, { record: () => Promise.resolve() });
    const { externalId } = await api.startMessaging(endpoint, { operationId: 'begin', to: scene.mira.uri });
    await scene.skype.settled();
    invitationExternalId = externalId ?? '';
  });
  afterEach(async () => {
    await http.close();
    await scene.end();
    await world.identity.stop();
  });

  const postOf = (text: string): OutgoingPost => ({
    id: randomUUID(),
    as: 'app',
    spaceExternalId: 'the conversation',
    content: { text },
    endpoint,
    invitationExternalId,
  });

  it('go out by the way of each, with one token between them', async () => {
    const words = ['a', 'b', 'c', 'd'];
    const said: { readonly by: string; readonly text: string }[] = [];
    let tokens = 0;
    const wayOf = (by: string): HttpCaller => ({
      request: async (call) => {
        if (call.url.startsWith(world.identity.url)) tokens += 1;
        if (call.url.includes('operationId=')) said.push({ by, text: String(call.body) });
        const answer = await http.request(call);
        // Others go on in between.
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
        return answer;
      },
    });
    await Promise.all(words.map((word) => skypeForBusinessPosting.send(postOf(word), nobody, account, wayOf(word))));
    expect(said.sort((one, other) => (one.by < other.by ? -1 : 1))).toEqual(
      words.map((word) => ({ by: word, text: word })),
    );
    expect(tokens).toBe(1);
  });

  it('do not end with the one whose time is over', async () => {
    const over: HttpCaller = { request: () => Promise.reject(new Error('its turn is over')) };
    const send = (text: string, way: HttpCaller): Promise<object> =>
      skypeForBusinessPosting.send(postOf(text), nobody, account, way);
    await send('first', http);
    const [late, other] = await Promise.allSettled([send('late', over), send('other', http)]);
    expect([late.status, other.status]).toEqual(['rejected', 'fulfilled']);
    expect(scene.mira.received.map(({ text }) => text)).toEqual(['first', 'other']);
  });
});
