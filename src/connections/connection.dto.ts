import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsNotEmpty, IsObject, IsString, MaxLength } from 'class-validator';
import { MayBeAbsent } from '../common/http/may-be-absent.js';
import { type ConnectionEntity } from './connection.entity.js';
import { type ConnectionSecrets } from './connection-secrets.js';

const platform = { example: 'watson-work', description: 'One of the platforms that this Liaison serves.' };

export class CreateConnection {
  @ApiProperty(platform)
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  readonly platform!: string;

  @ApiProperty({ maxLength: 200 })
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  readonly name!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'Depends on the platform.' })
  @IsObject()
  readonly settings!: Record<string, unknown>;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    writeOnly: true,
    description: 'Depends on the platform. Secrets go in and never come out.',
  })
  @IsObject()
  readonly secrets!: Record<string, unknown>;
}

export class ChangeConnection {
  @ApiPropertyOptional({ maxLength: 200 })
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  readonly name?: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, description: 'Merged into the stored settings.' })
  @MayBeAbsent()
  @IsObject()
  readonly settings?: Record<string, unknown>;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    writeOnly: true,
    description: 'Secrets not named stay. `webhookSecrets` replaces the list; `{id}` keeps a stored one.',
  })
  @MayBeAbsent()
  @IsObject()
  readonly secrets?: Record<string, unknown>;
}

export class WebhookSecretDto {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly from!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly until!: string | null;
}

export class ConnectionSecretsDto {
  @ApiProperty({ type: [String], description: 'The names of the other secrets that are stored.' })
  readonly names!: string[];
  @ApiProperty({ type: [WebhookSecretDto] })
  readonly webhookSecrets!: WebhookSecretDto[];
}

export class ConnectionDto {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  @ApiProperty(platform)
  readonly platform!: string;
  @ApiProperty()
  readonly name!: string;
  @ApiProperty({ type: 'object', additionalProperties: true })
  readonly settings!: object;
  @ApiProperty({ type: ConnectionSecretsDto, description: 'What is stored, never the secrets themselves.' })
  readonly secrets!: ConnectionSecretsDto;
  @ApiProperty({ description: 'Where the platform must call us.' })
  readonly webhookUrl!: string;
  @ApiProperty({ description: 'Whether the connection comes from the declaration file and is changed only there.' })
  readonly declared!: boolean;
  @ApiProperty({ format: 'date-time' })
  readonly createdAt!: string;
  @ApiProperty({ format: 'date-time' })
  readonly updatedAt!: string;
}

export class ConnectionPage {
  @ApiProperty({ type: [ConnectionDto] })
  readonly items!: readonly ConnectionDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}

/**
 * A connection as the API shows it: of its secrets only which there are and when they are valid. `callbackUrl` is where
 * connections like it are called, without their id.
 */
export function toConnectionDto(
  connection: ConnectionEntity,
  secrets: ConnectionSecrets,
  callbackUrl: string,
): ConnectionDto {
  return {
    id: connection.id,
    platform: connection.platform,
    name: connection.name,
    settings: connection.settings,
    secrets: {
      names: Object.keys(secrets.named).sort(),
      webhookSecrets: secrets.webhookSecrets.map(({ id, from, until }) => ({ id, from, until })),
    },
    webhookUrl: `${callbackUrl}/${connection.id}`,
    declared: connection.declaredAs !== null,
    createdAt: connection.createdAt.toISOString(),
    updatedAt: connection.updatedAt.toISOString(),
  };
}
