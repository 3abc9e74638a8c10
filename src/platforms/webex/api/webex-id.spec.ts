import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sameWebexId, uuidOfWebexId } from './webex-id.js';

const uuid = '96abc2aa-3dcc-11e5-a152-fe34819cdc9a';
const idOf = (text: string): string => Buffer.from(text).toString('base64').replace(/=+$/, '');

// The first three are values of Cisco's own samples.
const asUri = 'Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi85NmFiYzJhYS0zZGNjLTExZTUtYTE1Mi1mZTM0ODE5Y2RjOWE';
const asBareUuid = 'OTZhYmMyYWEtM2RjYy0xMWU1LWExNTItZmUzNDgxOWNkYzlh';
const consumer = 'Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi9jb25zdW1lcg';
const webhook = idOf(`ciscospark://us/WEBHOOK/${uuid}`);
const elsewhere = idOf(`ciscospark://urn:TEAM:eu-central-1_k/ORGANIZATION/${uuid}`);

describe('uuidOfWebexId', () => {
  it.each([
    ['the base64 of a URI', asUri],
    ['the base64 of the bare UUID', asBareUuid],
    ['base64 with padding', Buffer.from(`ciscospark://us/ORGANIZATION/${uuid}`).toString('base64')],
    ['another geo', elsewhere],
    ['the UUID itself', uuid],
    ['the UUID in upper case', uuid.toUpperCase()],
    ['the URI itself', `ciscospark://us/ORGANIZATION/${uuid}`],
  ])('is the same for %s', (_, id) => {
    expect(uuidOfWebexId(id)).toBe(uuid);
  });

  it.each([
    ['a consumer organisation', consumer],
    ['a membership, which has two', idOf(`ciscospark://us/MEMBERSHIP/${uuid}:${uuid}`)],
    ['a meeting', '870f51ff287b41be8648412901e0402c_I_165149325219461456'],
    ['a shortened id of a sample', 'ZGYtODM3YTRmZjkxOTEw'],
    ['another scheme', idOf(`spark://us/ORGANIZATION/${uuid}`)],
    ['nothing', ''],
    ['no base64', '!!!'],
  ])('is undefined for %s', (_, id) => {
    expect(uuidOfWebexId(id)).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.uint8Array(), (text, bytes) => {
        uuidOfWebexId(text);
        uuidOfWebexId(Buffer.from(bytes).toString('base64'));
      }),
    );
  });
});

describe('sameWebexId', () => {
  it.each([
    [asUri, asBareUuid],
    [asUri, uuid],
    [asBareUuid, uuid.toUpperCase()],
    [asUri, elsewhere],
    [consumer, consumer],
    ['anything', 'anything'],
  ])('says yes to %s and %s', (one, other) => {
    expect([sameWebexId(one, other), sameWebexId(other, one)]).toEqual([true, true]);
  });

  it.each([
    ['another UUID', asUri, idOf('ciscospark://us/ORGANIZATION/96abc2aa-3dcc-11e5-a152-fe34819cdc9b')],
    ['another type', asUri, webhook],
    ['no UUID', asUri, consumer],
    ['two texts that hold no UUID', 'one', 'other'],
    ['nothing and nothing', '', ''],
    ['nothing and something', '', asUri],
  ])('says no to %s', (_, one, other) => {
    expect([sameWebexId(one, other), sameWebexId(other, one)]).toEqual([false, false]);
  });
});
