import { RequestMethod, type Type } from '@nestjs/common';
import { GUARDS_METADATA, INTERCEPTORS_METADATA, METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer, NestFactory, Reflector } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppModule } from '../../src/app.module.js';
import { statedAuditRule, type AuditRule } from '../../src/audit/audit-rule.js';
import { AuditInterceptor } from '../../src/audit/audit.interceptor.js';
import { AuthGuard, statedScope } from '../../src/auth/auth.guard.js';
import { createLogger } from '../../src/common/observability/logger.js';
import { generateMasterKey, parseMasterKeys, SecretBox } from '../../src/common/security/secret-box.js';

interface Route {
  readonly name: string;
  readonly method: string;
  readonly isGuarded: boolean;
  readonly isNoted: boolean;
  readonly scope: string | undefined;
  readonly rule: AuditRule | undefined;
}

/** Where platforms, browsers, operators and readers of the document come; no caller does. */
const open = /^(webhooks\/:platform|oauth\/|health\/|metrics$)/;

type Application = Awaited<ReturnType<typeof NestFactory.create>>;

/** Every handler of every controller, with what it states. */
function routesOf(app: Application): Route[] {
  const reflector = app.get(Reflector);
  const scanner = new MetadataScanner();
  return [...app.get(ModulesContainer).values()].flatMap((module) =>
    [...module.controllers.values()].flatMap(({ metatype, instance }) => {
      // Nest keeps the classes of controllers under the type of all functions.
      const controller = metatype as Type;
      // It declares the prototype of an instance as any.
      const prototype: object = Object.getPrototypeOf(instance) as object;
      return scanner.getAllMethodNames(prototype).flatMap((name): Route[] => {
        const handler: unknown = Reflect.get(prototype, name);
        if (typeof handler !== 'function') return [];
        const method: unknown = Reflect.getMetadata(METHOD_METADATA, handler);
        if (typeof method !== 'number') return [];
        const context = { getHandler: () => handler, getClass: <T>() => controller as Type<T> };
        const has = (key: string, member: unknown): boolean =>
          reflector.getAllAndMerge<unknown[]>(key, [handler, controller]).includes(member);
        const parts = [controller, handler].map((target) => String(Reflect.getMetadata(PATH_METADATA, target)));
        return [
          {
            name: parts.filter((part) => part !== '/').join('/'),
            method: RequestMethod[method] ?? '',
            isGuarded: has(GUARDS_METADATA, AuthGuard),
            isNoted: has(INTERCEPTORS_METADATA, AuditInterceptor),
            scope: statedScope(reflector, context),
            rule: statedAuditRule(reflector, context),
          },
        ];
      });
    }),
  );
}

describe('every route that callers use', () => {
  let app: Application;
  let routes: Route[] = [];
  /** Those that break a rule, as `GET v1/messages`. */
  const wrong = (isWrong: (route: Route) => boolean): string[] =>
    routes.filter(isWrong).map(({ method, name }) => `${method} ${name}`);

  beforeAll(async () => {
    app = await NestFactory.create(
      AppModule.with({
        // Nobody connects: what routes state is known without a database.
        database: {
          url: 'postgres://nobody@127.0.0.1:1/none',
          poolSize: 2,
          readPoolSize: 2,
          dangerouslyAllowDataLoss: false,
          auditRetentionDays: 0,
        },
        secretBox: new SecretBox(parseMasterKeys(generateMasterKey())),
        bootstrapKey: undefined,
        jwt: undefined,
        requestLimits: { requestsPerMinute: 0, failedLoginsPerMinute: 0 },
        publicUrl: () => 'http://127.0.0.1',
        outboundAllow: [],
        feedLimits: { perCaller: 1, perTenant: 1 },
        crmSettleMs: 0,
        crmPollEveryMs: 60_000,
        logger: createLogger('silent'),
      }),
      { logger: false },
    );
    await app.init();
    routes = routesOf(app).filter((route) => !open.test(route.name));
  });
  afterAll(async () => {
    await app.close();
  });

  it('is found', () => {
    expect(routes.length).toBeGreaterThan(40);
    expect(wrong(({ name }) => !name.startsWith('v1/'))).toEqual([]);
  });

  it('is behind the guard and keeps the audit log', () => {
    expect(wrong(({ isGuarded, isNoted }) => !isGuarded || !isNoted)).toEqual([]);
  });

  it('states its scope', () => {
    expect(wrong(({ scope }) => scope === undefined)).toEqual([]);
  });

  it('states what of it is noted', () => {
    expect(wrong(({ rule }) => rule === undefined)).toEqual([]);
  });

  it('is noted when it changes something', () => {
    expect(wrong(({ method, rule }) => method !== 'GET' && rule?.kind !== 'act')).toEqual([]);
  });

  it('is no act when it only reads', () => {
    expect(wrong(({ method, rule }) => method === 'GET' && rule?.kind === 'act')).toEqual([]);
  });

  it('names what is noted as noun and verb', () => {
    expect(
      wrong(({ rule }) => rule !== undefined && rule.kind !== 'none' && !/^[a-z-]+\.[a-z-]+$/.test(rule.act)),
    ).toEqual([]);
  });

  it('says why nothing of it is noted', () => {
    expect(wrong(({ rule }) => rule?.kind === 'none' && rule.because.length < 10)).toEqual([]);
  });

  it('notes neither content nor secrets', () => {
    const telling = /text|content|secret|token|password|key/i;
    expect(wrong(({ rule }) => rule?.kind === 'act' && rule.noting.some((one) => telling.test(one)))).toEqual([]);
  });
});
