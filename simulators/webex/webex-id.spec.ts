import { describe, expect, it } from 'vitest';
import { bareId, keyOf, webexId } from './webex-id.js';

// Values of the published OpenAPI specification (webex/webex-openapi-specs@1be8332, CC BY 4.0).
const membershipId =
  'Y2lzY29zcGFyazovL3VzL01FTUJFUlNISVAvMGQwYzkxYjYtY2U2MC00NzI1LWI2ZDAtMzQ1NWQ1ZDExZWYzOmNkZTFkZDQwLTJmMGQtMTFlNS1iYTljLTdiNjU1NmQyMjA3Yg';
const orgUuid = '96abc2aa-3dcc-11e5-a152-fe34819cdc9a';

describe('webexId', () => {
  it('makes the membership id of the specification from its person and its room', () => {
    const key = '0d0c91b6-ce60-4725-b6d0-3455d5d11ef3:cde1dd40-2f0d-11e5-ba9c-7b6556d2207b';
    expect(webexId('MEMBERSHIP', key)).toBe(membershipId);
  });

  it('names another cluster when told to', () => {
    const id = webexId('ROOM', 'bbceb1ad', 'urn:TEAM:eu-central-1_k');
    expect(Buffer.from(id, 'base64').toString()).toBe('ciscospark://urn:TEAM:eu-central-1_k/ROOM/bbceb1ad');
  });
});

describe('keyOf', () => {
  it('finds the same organization in both forms of its id', () => {
    expect(bareId(orgUuid)).toBe('OTZhYmMyYWEtM2RjYy0xMWU1LWExNTItZmUzNDgxOWNkYzlh');
    expect([keyOf(bareId(orgUuid)), keyOf(webexId('ORGANIZATION', orgUuid))]).toEqual([orgUuid, orgUuid]);
  });
});
