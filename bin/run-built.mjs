import { built } from './build-if-stale.mjs';

const [, , file, ...rest] = process.argv;
if (!file?.startsWith('dist/')) throw new Error('usage: run-built.mjs dist/<file>.js [options]');
process.argv = [process.argv[0], file, ...rest];
await import(built(file.slice('dist/'.length)));
