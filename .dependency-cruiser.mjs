const integration = '^src/(platforms|crm)/([^/]+)/';

/** Which folder may know which; the rules of ARCHITECTURE.md, checked. */
export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'common-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^src/common/' },
      to: { path: '^src/', pathNot: '^src/common/' },
    },
    {
      name: 'integrations-do-not-know-each-other',
      severity: 'error',
      from: { path: integration },
      to: { path: integration, pathNot: '^src/$1/$2/' },
    },
    {
      name: 'only-the-registry-names-an-integration',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/registry\\.module\\.ts$', integration] },
      to: { path: integration },
    },
    {
      name: 'features-do-not-know-each-other',
      severity: 'error',
      from: { path: '^src/(spaces|messages|conversations|authorizations)/' },
      to: { path: '^src/(spaces|messages|conversations|authorizations)/', pathNot: '^src/$1/' },
    },
    {
      name: 'entities-stay-home',
      comment: 'Only the data source lists entities besides their own folder.',
      severity: 'error',
      from: { path: '^src/([^/]+)/', pathNot: '^src/database/data-source\\.ts$' },
      to: { path: '^src/[^/]+/.*\\.entity\\.ts$', pathNot: '^src/$1/' },
    },
    {
      name: 'receiving-does-not-know-what-comes-after',
      severity: 'error',
      from: { path: '^src/(webhooks|deliveries)/' },
      to: { path: '^src/(lanes|events|spaces|messages)/' },
    },
    {
      name: 'nothing-calls-back-up',
      severity: 'error',
      from: { path: '^src/(events|database|auth|connections|platforms|spaces|messages|deliveries)/' },
      to: { path: '^src/(webhooks|lanes|bootstrap|cli|health)/' },
    },
    {
      name: 'callers-read-as-their-tenant',
      comment: 'What answers callers has no connection of the owner; a finder has, and gives it ids alone (ADR 0014).',
      severity: 'error',
      from: {
        path: ['\\.(controller|queries)\\.ts$', '^src/exports/', '^src/[^/]+/past/'],
        pathNot: '\\.finder\\.ts$',
      },
      to: {
        path: ['/?node_modules/(typeorm|pg)/', '^src/database/'],
        pathNot: '^src/database/(tenant-reads|where)\\.ts$',
      },
    },
    {
      name: 'the-service-does-not-know-its-simulators',
      comment: 'Only the command that plays a platform does.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/trigger\\.ts$' },
      to: { path: '^(simulators|demo|bench|test)/' },
    },
    {
      name: 'simulators-are-independent',
      comment: 'A double that shared code with the service would share its mistakes.',
      severity: 'error',
      from: { path: '^simulators/' },
      to: { path: '^(src|demo|bench)/' },
    },
    {
      name: 'simulators-do-not-know-each-other',
      severity: 'error',
      from: { path: '^simulators/([^/]+)/' },
      to: { path: '^simulators/', pathNot: '^simulators/($1|common)/' },
    },
    {
      name: 'the-client-knows-nothing-of-the-service',
      comment: 'It is published by itself; it knows the API alone.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(src|simulators|demo|bench|test)/' },
    },
    {
      name: 'the-service-does-not-use-its-client',
      severity: 'error',
      from: { path: '^(src|simulators)/' },
      to: { path: '^packages/' },
    },
    {
      name: 'no-junk-drawers',
      severity: 'error',
      from: {},
      to: { path: '^src/.*(^|/)(utils?|helpers?|misc|shared|index)(\\.ts$|/)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.spec\\.ts$' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'require', 'node', 'default'],
    },
  },
};
