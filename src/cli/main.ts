import 'reflect-metadata';
import { Command } from 'commander';
import { LiaisonError } from '../common/errors/liaison-error.js';
import { addConnectionCommands } from './connections.js';
import { addDoctorCommand } from './doctor.js';
import { addExportCommand } from './export.js';
import { addKeyCommands } from './keys.js';
import { addMaintenanceCommands } from './maintenance.js';
import { serve } from './serve.js';
import { addSignatureCommands } from './signatures.js';
import { addTriggerCommand } from './trigger.js';

const program = new Command('liaison').description('Receives, proves, stores and serves what teams said and decided.');

program.command('serve').description('run the service').action(serve);
addMaintenanceCommands(program);
addDoctorCommand(program);
addConnectionCommands(program);
addKeyCommands(program);
addTriggerCommand(program);
addSignatureCommands(program);
addExportCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  // An operator's mistake is one line; anything else shows where it comes from.
  const isKnown = error instanceof LiaisonError || (error instanceof Error && 'code' in error);
  console.error(isKnown ? `liaison: ${error.message}` : error);
  if (error instanceof LiaisonError) {
    for (const fault of error.faults) console.error(`  ${fault.pointer} ${fault.detail}`);
  }
  process.exitCode = 1;
}
