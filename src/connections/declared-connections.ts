import { readFile } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { defaultTenant } from '../auth/api-key-login.js';
import { readSecretReference } from '../common/config/secret-reference.js';
import { InvalidInput } from '../common/errors/liaison-error.js';
import { isUuid } from '../common/ids/uuid-v7.js';
import { isJsonObject, parseJsonText, textOf, type JsonObject, type JsonValue } from '../common/json/json.js';
import { ConnectionEntity } from './connection.entity.js';
import { ConnectionsService } from './connections.service.js';

interface Declaration {
  readonly key: string;
  readonly id: string | undefined;
  readonly tenantId: string;
  readonly platform: string;
  readonly name: string;
  readonly settings: JsonObject;
  readonly secrets: Record<string, unknown>;
}

export interface DeclarationReport {
  readonly created: number;
  readonly changed: number;
  readonly removed: number;
}

/**
 * Connections that are declared in a file, for deployments that keep their configuration in git. The file holds
 * references to secrets (`{"env": "NAME"}` or `{"file": "/run/secrets/x"}`), never secrets.
 */
@Injectable()
export class DeclaredConnections {
  constructor(
    private readonly dataSource: DataSource,
    private readonly connections: ConnectionsService,
  ) {}

  /**
   * Makes the stored connections what the file says: new ones are created, known ones changed, those that the file no
   * longer names removed. Throws `InvalidInput` before anything is changed when the file is not valid.
   */
  async apply(path: string): Promise<DeclarationReport> {
    const declarations = await readDeclarations(path);
    const repository = this.dataSource.getRepository(ConnectionEntity);
    const stored = (await repository.findBy({ deletedAt: IsNull() })).filter((row) => row.declaredAs !== null);
    let created = 0;
    let changed = 0;
    let removed = 0;
    for (const declaration of declarations) {
      const known = stored.find((row) => row.tenantId === declaration.tenantId && row.declaredAs === declaration.key);
      if (known === undefined) {
        await this.connections.create(declaration.tenantId, declaration, {
          declared: { as: declaration.key, ...(declaration.id === undefined ? {} : { id: declaration.id }) },
        });
        created += 1;
      } else {
        await this.connections.change(known.tenantId, known.id, declaration, { fromDeclaration: true });
        changed += 1;
      }
    }
    for (const row of stored) {
      const isDeclared = declarations.some((one) => one.tenantId === row.tenantId && one.key === row.declaredAs);
      if (isDeclared) continue;
      await this.connections.remove(row.tenantId, row.id, { fromDeclaration: true });
      // The name becomes free for another connection.
      await repository.update({ id: row.id }, { declaredAs: null });
      removed += 1;
    }
    return { created, changed, removed };
  }
}

async function readDeclarations(path: string): Promise<readonly Declaration[]> {
  const parsed = parseJsonText(await readFile(path, 'utf8'));
  const list = parsed.ok && isJsonObject(parsed.value) ? parsed.value['connections'] : undefined;
  if (!Array.isArray(list)) throw wrong('/connections', 'must be a list in a JSON object');
  const declarations: Declaration[] = [];
  // Array.isArray forgets that the members of a JSON array are JSON values.
  for (const [index, item] of (list as readonly JsonValue[]).entries())
    declarations.push(await toDeclaration(item, `/connections/${index}`));
  const keys = declarations.map((one) => `${one.tenantId} ${one.key}`);
  const twice = keys.findIndex((key, index) => keys.indexOf(key) !== index);
  if (twice >= 0) throw wrong(`/connections/${twice}/key`, 'is used twice');
  return declarations;
}

async function toDeclaration(item: JsonValue, pointer: string): Promise<Declaration> {
  if (!isJsonObject(item)) throw wrong(pointer, 'must be an object');
  const key = textOf(item, 'key');
  const platform = textOf(item, 'platform');
  const id = textOf(item, 'id');
  const settings = item['settings'];
  const secrets = item['secrets'];
  if (key === undefined || key === '') throw wrong(`${pointer}/key`, 'must be a text that names this connection');
  if (platform === undefined) throw wrong(`${pointer}/platform`, 'must be a text');
  if (id !== undefined && !isUuid(id)) throw wrong(`${pointer}/id`, 'must be a UUID in lower case');
  if (!isJsonObject(settings)) throw wrong(`${pointer}/settings`, 'must be an object');
  if (!isJsonObject(secrets)) throw wrong(`${pointer}/secrets`, 'must be an object');
  return {
    key,
    id,
    platform,
    settings,
    tenantId: textOf(item, 'tenant') ?? defaultTenant,
    name: textOf(item, 'name') ?? key,
    secrets: Object.fromEntries(
      await Promise.all(
        Object.entries(secrets).map(
          async ([name, value]) => [name, await resolve(value, `${pointer}/secrets/${name}`)] as const,
        ),
      ),
    ),
  };
}

/** A reference, a list of references, or `{secret: <reference>, from, until}`. */
async function resolve(value: JsonValue, pointer: string): Promise<unknown> {
  if (Array.isArray(value)) {
    return Promise.all(value.map((item: JsonValue, index) => resolve(item, `${pointer}/${index}`)));
  }
  if (!isJsonObject(value)) throw wrong(pointer, 'must be {"env": name} or {"file": path}, never the secret itself');
  const { secret, ...bounds } = value;
  if (secret !== undefined) return { ...bounds, secret: await resolve(secret, `${pointer}/secret`) };
  const resolved = await readSecretReference(textOf(value, 'env'), textOf(value, 'file'));
  if (resolved === undefined) throw wrong(pointer, 'names a variable or a file that is not there or empty');
  return resolved;
}

function wrong(pointer: string, rule: string): InvalidInput {
  return new InvalidInput({
    detail: `The connections file is not valid: ${pointer} ${rule}.`,
    faults: [{ pointer, detail: rule }],
  });
}
