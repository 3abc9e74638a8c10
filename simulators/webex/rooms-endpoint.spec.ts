import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ApiClient } from './api-client.js';
import { startScene, type WebexScene } from './webex-scene.js';

describe('/rooms, /memberships and /people', () => {
  let scene: WebexScene;
  let ann: ApiClient;
  let bob: ApiClient;

  beforeEach(async () => {
    scene = await startScene();
    [ann, bob] = [scene.as(scene.ann), scene.as(scene.bob)];
  });

  afterEach(async () => {
    await scene.end();
  });

  it('create, change and delete a room', async () => {
    const created = await ann.post('/rooms', { title: 'New' });
    const path = `/rooms/${String(created.body['id'])}`;
    expect(created.body).toEqual({
      id: created.body['id'],
      title: 'New',
      type: 'group',
      isLocked: false,
      lastActivity: '2026-01-05T09:00:00.000Z',
      creatorId: scene.ann.id,
      created: '2026-01-05T09:00:00.000Z',
      ownerId: scene.ann.org.id,
      isAnnouncementOnly: false,
      isReadOnly: false,
      isPublic: false,
    });
    expect((await ann.put(path, { isLocked: true })).status).toBe(400);
    expect((await ann.put(path, { title: 'Newer', isLocked: true })).body).toMatchObject({
      title: 'Newer',
      isLocked: true,
    });
    expect((await bob.get(path)).status).toBe(404);
    expect((await ann.delete(path)).status).toBe(204);
    expect((await ann.get(path)).status).toBe(404);
  });

  it('list the rooms that one is in, by activity, creation or type', async () => {
    await scene.clock.advance(1_000);
    const newer = scene.webex.createRoom({ title: 'Newer', creator: scene.ann });
    await scene.clock.advance(1_000);
    scene.room.post(scene.bob, 'hi');
    const direct = scene.webex.directRoom(scene.ann, scene.bob);
    const ids = async (query: string): Promise<readonly unknown[]> =>
      (await ann.get(`/rooms${query}`)).items.map(({ id }) => id);
    expect(await ids('?sortBy=lastactivity&type=group')).toEqual([scene.room.id, newer.id]);
    expect(await ids('?sortBy=created&type=group')).toEqual([newer.id, scene.room.id]);
    expect(await ids('?type=direct')).toEqual([direct.id]);
    expect((await bob.get('/rooms')).items.map(({ id }) => id)).not.toContain(newer.id);
  });

  it('give a direct room the name of the other', async () => {
    const direct = scene.webex.directRoom(scene.ann, scene.bob);
    expect((await ann.get(`/rooms/${direct.id}`)).body['title']).toBe('Bob');
    expect((await bob.get(`/rooms/${direct.id}`)).body['title']).toBe('Ann Ångström');
  });

  it('refuse with 409 to add a member twice', async () => {
    const answer = await ann.post('/memberships', { roomId: scene.room.id, personEmail: 'bob@example.com' });
    expect(answer.status).toBe(409);
    expect(answer.body).toEqual({
      message: 'Person is already in the room.',
      errors: [{ description: 'Person is already in the room.' }],
      trackingId: answer.headers.get('trackingid'),
    });
  });

  it('add, change and remove a member', async () => {
    const cy = scene.webex.addPerson({ displayName: 'Cy', email: 'cy@example.com' });
    const added = await bob.post('/memberships', { roomId: scene.room.id, personId: cy.id });
    const path = `/memberships/${String(added.body['id'])}`;
    expect((await ann.put(path, { isModerator: true })).status).toBe(400);
    expect((await ann.put(path, { isModerator: true, isRoomHidden: false })).body).toMatchObject({ isModerator: true });
    expect((await ann.delete(path)).status).toBe(204);
    expect((await ann.get(path)).status).toBe(404);
    const again = await bob.post('/memberships', { roomId: scene.room.id, personId: cy.id });
    expect(again.body['id']).toBe(added.body['id']);
  });

  it('let only moderators change a locked room', async () => {
    scene.room.lock({ by: scene.ann });
    const membership = scene.room.memberships.find(({ person }) => person === scene.bot);
    const path = `/memberships/${membership?.id ?? ''}`;
    expect((await bob.delete(path)).status).toBe(403);
    expect((await bob.put(`/rooms/${scene.room.id}`, { title: 'Mine' })).status).toBe(403);
    expect((await ann.delete(path)).status).toBe(204);
  });

  it('let nobody leave a direct room', async () => {
    const direct = scene.webex.directRoom(scene.ann, scene.bob);
    const mine = direct.memberships.find(({ person }) => person === scene.ann);
    expect((await ann.delete(`/memberships/${mine?.id ?? ''}`)).status).toBe(400);
  });

  it('list the members of a room, or one’s own memberships, and look for somebody in a room only', async () => {
    const people = (await ann.get(`/memberships?roomId=${scene.room.id}`)).items.map(({ personId }) => personId);
    expect(people).toEqual([scene.ann.id, scene.bob.id, scene.bot.id]);
    expect((await bob.get('/memberships')).items).toMatchObject([{ personId: scene.bob.id, roomId: scene.room.id }]);
    expect((await ann.get(`/memberships?personId=${scene.bob.id}`)).status).toBe(400);
    expect((await ann.get(`/memberships?roomId=${scene.room.id}&personEmail=bob@example.com`)).items).toHaveLength(1);
  });

  it('know who calls', async () => {
    expect((await ann.get('/people/me')).body).toEqual({
      id: scene.ann.id,
      emails: ['ann@example.com'],
      phoneNumbers: [],
      displayName: 'Ann Ångström',
      nickName: 'Ann',
      firstName: 'Ann',
      lastName: 'Ångström',
      orgId: scene.ann.org.id,
      created: '2026-01-05T09:00:00.000Z',
      lastModified: '2026-01-05T09:00:00.000Z',
      lastActivity: '2026-01-05T09:00:00.000Z',
      status: 'active',
      invitePending: 'false',
      loginEnabled: 'true',
      type: 'person',
    });
    expect((await scene.as(scene.bot).get('/people/me')).body).toMatchObject({ type: 'bot' });
  });

  it('find people by address, name and id, and want one of them from everybody but administrators', async () => {
    const ids = async (query: string): Promise<readonly unknown[]> =>
      (await bob.get(`/people?${query}`)).items.map(({ id }) => id);
    expect(await ids('email=ann@example.com')).toEqual([scene.ann.id]);
    expect(await ids('displayName=ann')).toEqual([scene.ann.id]);
    expect(await ids(`id=${scene.ann.id},${scene.bob.id}`)).toEqual([scene.ann.id, scene.bob.id]);
    expect((await bob.get('/people')).status).toBe(400);
    expect((await ann.get('/people')).items).toHaveLength(3);
    expect((await bob.get('/people/nobody')).status).toBe(404);
  });

  it('hide the presence of people from another organization', async () => {
    const stranger = scene.webex.addPerson({
      displayName: 'Zoe',
      email: 'zoe@other.example',
      org: scene.webex.addOrg('Other'),
    });
    expect((await ann.get(`/people/${stranger.id}`)).body).not.toHaveProperty('status');
  });
});
