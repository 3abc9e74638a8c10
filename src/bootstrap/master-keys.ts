import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config } from '../common/config/config.js';
import { generateMasterKey, parseMasterKeys, SecretBox } from '../common/security/secret-box.js';

/**
 * The box that seals secrets: with LIAISON_MASTER_KEYS, or outside of production with a key that is made once and kept
 * in the data directory, readable by its owner only.
 */
export async function openSecretBox(config: Config): Promise<SecretBox> {
  const text = config.masterKeys ?? (await keyOfDataDir(config.dataDir));
  return new SecretBox(parseMasterKeys(text.trim()));
}

async function keyOfDataDir(dataDir: string): Promise<string> {
  const path = join(dataDir, 'master-keys');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  try {
    // Of two processes that start together one makes the file, the other reads it.
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(generateMasterKey());
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  for (let attempt = 0; ; attempt++) {
    const text = await readFile(path, 'utf8');
    if (text !== '' || attempt === 50) return text;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
