import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One app registered at one platform for one tenant. */
@Entity('connections')
export class ConnectionEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text', { name: 'tenant_id' })
  tenantId!: string;

  @Column('text')
  platform!: string;

  @Column('text')
  name!: string;

  @Column('jsonb')
  settings!: object;

  /** All secrets in one sealed text, bound to this row. */
  @Column('text', { name: 'sealed_secrets' })
  sealedSecrets!: string;

  /** The key in the declaration file, for connections that come from there. */
  @Column('text', { name: 'declared_as', nullable: true })
  declaredAs!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt!: Date | null;
}
