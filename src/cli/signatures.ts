import { readFile } from 'node:fs/promises';
import { type Command } from 'commander';
import { readSecretReference } from '../common/config/secret-reference.js';
import { InvalidInput } from '../common/errors/liaison-error.js';
import { decodeLowerHex, digestsEqual, hmac, hmacKey } from '../common/security/hmac.js';

/** sign and verify: what a webhook's signature should be, and whether one is right. */
export function addSignatureCommands(program: Command): void {
  program
    .command('sign')
    .description('print the X-OUTBOUND-TOKEN of a body (HMAC-SHA256 in hex)')
    .argument('[file]', 'the body; standard input without it')
    .option('--secret-env <name>', 'the variable that holds the webhook secret', 'WEBHOOK_SECRET')
    .action(async (file: string | undefined, options: { secretEnv: string }) => {
      console.log((await signature(file, options.secretEnv)).toString('hex'));
    });

  program
    .command('verify')
    .description('check the X-OUTBOUND-TOKEN of a body; exits 1 when it is wrong')
    .argument('<token>')
    .argument('[file]', 'the body; standard input without it')
    .option('--secret-env <name>', 'the variable that holds the webhook secret', 'WEBHOOK_SECRET')
    .action(async (token: string, file: string | undefined, options: { secretEnv: string }) => {
      const presented = decodeLowerHex(token, 32);
      if (presented === undefined) {
        console.log('malformed: a token has 64 lower-case hex digits');
        process.exitCode = 1;
        return;
      }
      const isRight = digestsEqual(await signature(file, options.secretEnv), presented);
      console.log(isRight ? 'valid' : 'wrong: another secret, or the bytes were changed');
      if (!isRight) process.exitCode = 1;
    });
}

/** The secret comes from the environment, because command lines are visible to other users of a machine. */
async function signature(file: string | undefined, variable: string): Promise<Buffer> {
  const secret = await readSecretReference(variable, undefined);
  if (secret === undefined) throw new InvalidInput({ detail: `Set ${variable} to the webhook secret.` });
  const body = file === undefined ? await standardInput() : await readFile(file);
  return hmac('sha256', hmacKey(secret), body);
}

async function standardInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}
