#!/usr/bin/env node
import { built } from './build-if-stale.mjs';

await import(built('src/cli/main.js'));
