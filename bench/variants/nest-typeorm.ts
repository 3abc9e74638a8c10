import {
  Body,
  Controller,
  HttpCode,
  Injectable,
  Module,
  Param,
  Post,
  Req,
  UseGuards,
  ValidationPipe,
  type CanActivate,
  type ExecutionContext,
  type RawBodyRequest,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { IsIn, IsInt, IsOptional, IsString } from 'class-validator';
import { type Request } from 'express';
import { Column, DataSource, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { Client } from 'pg';
import { fingerprint } from '../../src/common/security/fingerprint.js';
import { createPlainTable, isSigned } from './plain-table.js';
import { type RunningVariant, type VariantSettings } from './variant.js';

@Entity('webhook_deliveries')
class DeliveryEntity {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: string;
  @Column({ type: 'timestamptz', name: 'received_at' }) receivedAt!: Date;
  @Column({ type: 'timestamptz', name: 'source_time' }) sourceTime!: Date;
  @Column({ type: 'uuid', name: 'connection_id' }) connectionId!: string;
  @Column({ type: 'uuid' }) fingerprint!: string;
  @Column({ type: 'bigint', name: 'platform_index' }) platformIndex!: string;
  @Column({ type: 'integer', name: 'retry_count' }) retryCount!: number;
  @Column({ type: 'text', name: 'space_id' }) spaceId!: string;
  @Column({ type: 'jsonb' }) headers!: object;
  @Column({ type: 'bytea' }) body!: Buffer;
}

class MessageCreatedDto {
  @IsIn(['message-created']) type!: string;
  @IsString() spaceId!: string;
  @IsString() spaceName!: string;
  @IsString() messageId!: string;
  @IsInt() time!: number;
  @IsString() userId!: string;
  @IsOptional() @IsString() userName?: string;
  @IsString() contentType!: string;
  @IsString() content!: string;
  @IsOptional() @IsString() conversationId?: string;
}

@Injectable()
class SignatureGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<RawBodyRequest<Request>>();
    const connectionId = String(request.params['connectionId']);
    return request.rawBody !== undefined && isSigned(connectionId, request.rawBody, request.get('x-outbound-token'));
  }
}

@Controller('webhooks/watson-work')
class DeliveriesController {
  constructor(private readonly dataSource: DataSource) {}

  @Post(':connectionId')
  @HttpCode(200)
  @UseGuards(SignatureGuard)
  async receive(
    @Param('connectionId') connectionId: string,
    @Body() message: MessageCreatedDto,
    @Req() request: RawBodyRequest<Request>,
  ): Promise<void> {
    const body = request.rawBody ?? Buffer.alloc(0);
    await this.dataSource.transaction(async (manager) => {
      const deliveries = manager.getRepository(DeliveryEntity);
      const key = { connectionId, sourceTime: new Date(message.time), fingerprint: fingerprint(body) };
      if ((await deliveries.findOneBy(key)) !== null) return;
      const delivery = deliveries.create({
        ...key,
        receivedAt: new Date(),
        platformIndex: request.get('x-outbound-index') ?? '0',
        retryCount: Number(request.get('x-outbound-retry-count')),
        spaceId: message.spaceId,
        headers: {
          'content-type': request.get('content-type'),
          'x-outbound-token': request.get('x-outbound-token'),
        },
        body,
      });
      await deliveries.save(delivery);
    });
  }
}

/** T: the ordinary way with this framework. A validated DTO, and find and save() in a transaction. */
export async function startNestTypeorm({ databaseUrl }: VariantSettings): Promise<RunningVariant> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await createPlainTable(client);
  await client.end();
  const dataSource = new DataSource({ type: 'postgres', url: databaseUrl, poolSize: 10, entities: [DeliveryEntity] });
  await dataSource.initialize();

  @Module({ controllers: [DeliveriesController], providers: [{ provide: DataSource, useValue: dataSource }] })
  class OrdinaryModule {}

  const app = await NestFactory.create<NestExpressApplication>(OrdinaryModule, {
    rawBody: true,
    logger: ['error', 'warn'],
  });
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
