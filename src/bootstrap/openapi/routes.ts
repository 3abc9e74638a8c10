import { RequestMethod, type ExecutionContext, type INestApplication, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';

/** A controller's method that answers requests. */
export interface Route {
  readonly handler: () => unknown;
  /** Where guards and interceptors look for what the route states. */
  readonly context: Pick<ExecutionContext, 'getHandler' | 'getClass'>;
  /** The classes of its parameters, in their order; undefined where there is none. */
  readonly parameters: readonly (Type | undefined)[];
}

/** Every route of the application by `GET /v1/spaces/{id}`, as the OpenAPI document names it. */
export function routesOf(app: INestApplication): ReadonlyMap<string, Route> {
  const scanner = new MetadataScanner();
  const routes = new Map<string, Route>();
  for (const module of app.get(ModulesContainer).values()) {
    for (const { metatype, instance } of module.controllers.values()) {
      if (typeof metatype !== 'function' || typeof instance !== 'object') continue;
      // Nest keeps controllers as functions of any kind; each of them is a class.
      const controller = metatype as Type;
      const prototype = Object.getPrototypeOf(instance) as Record<string, () => unknown>;
      for (const name of scanner.getAllMethodNames(prototype)) {
        const handler = prototype[name];
        const path = handler === undefined ? undefined : textMetadata(PATH_METADATA, handler);
        if (handler === undefined || path === undefined) continue;
        const method = RequestMethod[Number(Reflect.getMetadata(METHOD_METADATA, handler))];
        routes.set(`${method ?? ''} ${pathIn(textMetadata(PATH_METADATA, controller) ?? '', path)}`, {
          handler,
          context: { getHandler: () => handler, getClass: <T>() => controller as Type<T> },
          parameters: parametersOf(prototype, name),
        });
      }
    }
  }
  return routes;
}

function pathIn(controller: string, method: string): string {
  const steps = `${controller}/${method}`.split('/').filter((step) => step !== '');
  return `/${steps.map((step) => step.replace(/^:(\w+)$/, '{$1}')).join('/')}`;
}

function textMetadata(key: string, target: object): string | undefined {
  const value: unknown = Reflect.getMetadata(key, target);
  return typeof value === 'string' ? value : undefined;
}

function parametersOf(prototype: object, name: string): readonly (Type | undefined)[] {
  const types: unknown = Reflect.getMetadata('design:paramtypes', prototype, name);
  // The compiler writes constructors there.
  return Array.isArray(types) ? types.map((type) => (typeof type === 'function' ? (type as Type) : undefined)) : [];
}
