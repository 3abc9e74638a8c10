import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An API key of one tenant; of the key itself only the hash is kept. */
@Entity('api_keys')
export class ApiKeyEntity {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'tenant_id' })
  tenantId!: string;

  @Column('text')
  name!: string;

  @Column('bytea')
  hash!: Buffer;

  @Column('text', { array: true })
  scopes!: string[];

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('text', { name: 'created_by', nullable: true })
  createdBy!: string | null;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  /** Null: the limit of all keys. */
  @Column('int4', { name: 'requests_per_minute', nullable: true })
  requestsPerMinute!: number | null;

  /** The key that this one took the place of. */
  @Column('text', { nullable: true })
  replaces!: string | null;
}

/** Whether a key is taken at this moment. */
export function isValid(key: Pick<ApiKeyEntity, 'expiresAt' | 'revokedAt'>, now: Date): boolean {
  return key.revokedAt === null && (key.expiresAt === null || key.expiresAt > now);
}
