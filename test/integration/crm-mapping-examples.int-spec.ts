import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EndpointDouble } from '../../simulators/crm/generic/endpoint-double.js';
import { entityId } from '../../src/common/ids/entity-id.js';
import { type CrmMappingPreviewDto, type PreviewedChangeDto } from '../../src/crm-sync/mapping/mapping-preview.dto.js';
import { type Fact } from '../../src/events/event.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { tell } from '../setup/facts.js';
import { feedConnection } from '../setup/feed-facts.js';
import { startTestService, type TestService } from '../setup/service.js';

const secret = `whsec_${Buffer.from('the secret of the endpoint').toString('base64')}`;
const page = readFileSync('docs/crm/mappings.md', 'utf8');
const block = (section: string, kind: string): string =>
  new RegExp(`^\`\`\`\\w+ ${kind}\\n([^]*?)^\`\`\``, 'm').exec(section)?.[1] ?? '';
const examples = page
  .split(/^### /m)
  .filter((section) => block(section, 'mapping') !== '')
  .map((section) => ({
    name: section.split('\n')[0] ?? '',
    // The file's own blocks; a wrong one fails below.
    mapping: JSON.parse(block(section, 'mapping')) as object,
    said: block(section, 'said').trim().split('\n'),
    becomes: JSON.parse(block(section, 'becomes')) as readonly object[],
  }));

describe('docs/crm/mappings.md', () => {
  let database: TestDatabase;
  let endpoint: EndpointDouble;
  let service: TestService;
  let connectionId: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    endpoint = await EndpointDouble.start(secret);
    service = await startTestService(database.url, {
      LIAISON_ROLE: 'api',
      LIAISON_OUTBOUND_ALLOW: new URL(endpoint.url).host,
    });
    await service.ready;
    const settings = { url: `${endpoint.url}/liaison` };
    const body = { platform: 'generic', name: 'Deals', settings, secrets: { signingSecrets: secret } };
    connectionId = (await make<{ id: string }>('/v1/crm/connections', body)).id;
  });
  afterAll(async () => {
    await service.stop();
    await endpoint.close();
    await database.drop();
  });

  async function make<Body>(path: string, body: object): Promise<Body> {
    const answer = await service.call<Body>('POST', path, { body });
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  it('has three worked examples', () => {
    expect(examples).toHaveLength(3);
  });

  it.each(examples)('tells of "$name" what is so', async ({ name, mapping, said, becomes }) => {
    const facts = said.map((line, index): Fact => {
      const [, at = '', who = '', content = ''] = /^(\S+) (\w+): (.*)$/.exec(line) ?? [];
      return {
        type: 'message.created',
        occurredAt: new Date(`${at}:00Z`),
        actor: { externalId: who, displayName: who },
        space: { externalId: name, title: 'Acme' },
        data: { messageExternalId: `m${index}`, content },
      };
    });
    await tell(service, facts, { connectionId: feedConnection });
    const spaceId = entityId('space', feedConnection, name);
    const record = { kind: 'opportunity', externalId: name };
    await make('/v1/crm/links', { connectionId, spaceId, record, since: '2026-03-01T00:00:00Z' });
    await make('/v1/crm/mappings', { connectionId, mapping });
    const { items } = await make<CrmMappingPreviewDto>('/v1/crm/mappings/preview', { connectionId, spaceId });
    expect(items.filter(({ would }) => ['create', 'update'].includes(would)).map(shown)).toEqual(becomes);
  });
});

function shown({ rule, form, title, text, at, fields }: PreviewedChangeDto): object {
  return fields === null ? { rule, form, title, text, at } : { rule, form, fields };
}
