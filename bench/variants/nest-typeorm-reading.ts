import {
  ClassSerializerInterceptor,
  Controller,
  Get,
  Module,
  Query,
  UseInterceptors,
  ValidationPipe,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { Exclude, Expose, Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, IsUUID } from 'class-validator';
import { Column, DataSource, Entity, ILike, JoinColumn, ManyToOne, OneToMany, PrimaryColumn } from 'typeorm';
import { type RunningVariant, type VariantSettings } from './variant.js';

@Entity('messages')
class MessageEntity {
  @PrimaryColumn('uuid') id!: string;
  @Exclude() @Column('text', { name: 'tenant_id' }) tenantId!: string;
  @Column('uuid', { name: 'connection_id' }) connectionId!: string;
  @Column('text') platform!: string;
  @Column('uuid', { name: 'space_id' }) spaceId!: string;
  @Column('text', { name: 'external_id' }) externalId!: string;
  @Exclude() @Column('timestamptz', { name: 'sort_at' }) sortAt!: Date;
  @Exclude() @Column('text', { name: 'author_external_id', nullable: true }) authorId!: string | null;
  @Exclude() @Column('text', { name: 'author_name', nullable: true }) authorName!: string | null;
  @Column('text', { nullable: true }) content!: string | null;
  @Column('text', { name: 'content_type', nullable: true }) contentType!: string | null;
  @Column('timestamptz', { name: 'created_at', nullable: true }) createdAt!: Date | null;
  @Column('timestamptz', { name: 'edited_at', nullable: true }) editedAt!: Date | null;
  @Column('timestamptz', { name: 'deleted_at', nullable: true }) deletedAt!: Date | null;
  @Column('integer') revision!: number;
  @Type(() => AnnotationEntity)
  @OneToMany(() => AnnotationEntity, (annotation) => annotation.message)
  annotations!: AnnotationEntity[];

  @Expose()
  get author(): { externalId: string | null; displayName: string | null } {
    return { externalId: this.authorId, displayName: this.authorName };
  }
}

@Entity('annotations')
class AnnotationEntity {
  @PrimaryColumn('uuid') id!: string;
  @Column('text', { name: 'external_id' }) externalId!: string;
  @Column('text', { nullable: true }) type!: string | null;
  @Column('jsonb', { nullable: true }) payload!: object | null;
  @Column('text', { name: 'raw_payload', nullable: true }) rawPayload!: string | null;
  @Column('timestamptz', { name: 'added_at', nullable: true }) addedAt!: Date | null;
  @ManyToOne(() => MessageEntity, (message) => message.annotations)
  @JoinColumn({ name: 'message_id' })
  message!: MessageEntity;
}

class ListQuery {
  @IsOptional() @IsUUID('loose') spaceId?: string;
  @IsOptional() @IsString() q?: string;
  @Type(() => Number) @IsInt() skip = 0;
  @Type(() => Number) @IsInt() limit = 50;
}

@Controller('v1/messages')
@UseInterceptors(ClassSerializerInterceptor)
class MessagesController {
  constructor(private readonly dataSource: DataSource) {}

  @Get()
  list(@Query() { spaceId, q, skip, limit }: ListQuery): Promise<MessageEntity[]> {
    return this.dataSource.getRepository(MessageEntity).find({
      where: {
        tenantId: 'default',
        ...(spaceId === undefined ? {} : { spaceId }),
        ...(q === undefined ? {} : { content: ILike(`%${q}%`) }),
      },
      relations: { annotations: true },
      order: { sortAt: 'DESC', id: 'DESC' },
      skip,
      take: limit,
    });
  }
}

/** Y: the ordinary way to read with this framework, from the same tables: `find` with an offset, entities serialised. */
export async function startNestTypeormReading({ databaseUrl }: VariantSettings): Promise<RunningVariant> {
  const dataSource = new DataSource({
    type: 'postgres',
    url: databaseUrl,
    poolSize: 10,
    entities: [MessageEntity, AnnotationEntity],
  });
  await dataSource.initialize();

  @Module({ controllers: [MessagesController], providers: [{ provide: DataSource, useValue: dataSource }] })
  class ReadingModule {}

  const app = await NestFactory.create<NestExpressApplication>(ReadingModule, { logger: ['error', 'warn'] });
  app.disable('x-powered-by');
  app.disable('etag');
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }));
  await app.listen(0, '127.0.0.1');
  return {
    port: Number(new URL(await app.getUrl()).port),
    async stop() {
      await app.close();
      await dataSource.destroy();
    },
  };
}
