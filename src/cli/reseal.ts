import { DataSource } from 'typeorm';
import { SecretBox } from '../common/security/secret-box.js';
import { resealColumns } from '../database/sealed-columns.js';
import { sealedColumns } from '../registry.module.js';
import { withApp } from './app-context.js';

/** Seals everything with the first of LIAISON_MASTER_KEYS; safe while services run with the same list. */
export async function resealEverything(): Promise<void> {
  await withApp(
    async (app) => {
      const box = app.get(SecretBox);
      const resealed = await resealColumns(app.get(DataSource), box, sealedColumns, (progress) => {
        const { table, looked, total, resealed: done } = progress;
        console.error(`${table}: ${looked} of ${total} looked at, ${done} resealed`);
      });
      console.log(`${resealed} sealed values now have the key ${box.sealingKeyId}`);
    },
    { longWork: true },
  );
}
