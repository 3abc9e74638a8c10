import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsNotEmpty, IsObject, IsString, MaxLength } from 'class-validator';
import { MayBeAbsent } from '../common/http/may-be-absent.js';
import { IsId, PageQuery } from '../common/http/query.dto.js';
import { type JsonObject } from '../common/json/json.js';
import { type PostContent } from '../platforms/posting.js';
import { attemptOutcomes, postStates, type AttemptOutcome, type PostState } from './post.state.js';
import { choiceOf, IsPosterChoice, type PosterChoice } from './poster-choice.js';

/** Every platform takes less; its own limits are checked besides. */
const longestText = 50_000;

const posterSchema = {
  description: "`app`, or `{user}` with the platform's id of a user who allowed the app to post in their name.",
  oneOf: [
    { type: 'string', enum: ['app'] },
    { type: 'object', properties: { user: { type: 'string' } }, required: ['user'], additionalProperties: false },
  ],
};

export class CreatePost {
  @ApiProperty({ format: 'uuid' })
  @IsId()
  readonly connectionId!: string;

  @ApiProperty({ format: 'uuid' })
  @IsId()
  readonly spaceId!: string;

  @ApiProperty({ ...posterSchema })
  @IsPosterChoice()
  readonly as!: PosterChoice;

  @ApiProperty({ description: 'The words, without markup.' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(longestText)
  readonly text!: string;

  @ApiPropertyOptional({ description: "The same in the platform's own markdown." })
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(longestText)
  readonly markdown?: string;

  @ApiPropertyOptional({ description: 'The same in HTML, where the platform takes it.' })
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(longestText)
  readonly html?: string;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: "A card in the platform's own form, where it takes cards.",
  })
  @MayBeAbsent()
  @IsObject()
  readonly card?: JsonObject;

  @ApiPropertyOptional({ description: 'A title, where the platform shows one.' })
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(1_000)
  readonly title?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'Our id of the message that it answers.' })
  @MayBeAbsent()
  @IsId()
  readonly replyTo?: string;

  @ApiPropertyOptional({ description: "Which of the app's own addresses posts (Skype for Business)." })
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(500)
  readonly endpoint?: string;
}

export class PostsQuery extends PageQuery {
  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsId()
  readonly connectionId?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsId()
  readonly spaceId?: string;

  @ApiPropertyOptional({ enum: postStates })
  @MayBeAbsent()
  @IsIn(postStates)
  readonly state?: PostState;
}

export class PostAttemptDto {
  @ApiProperty({ type: 'integer', minimum: 1, description: 'From 1.' })
  readonly number!: number;
  @ApiProperty({ format: 'date-time' })
  readonly startedAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly endedAt!: string | null;
  @ApiProperty({ enum: attemptOutcomes, nullable: true, description: 'Nothing while it is under way.' })
  readonly outcome!: AttemptOutcome | null;
  @ApiProperty({ type: String, nullable: true, description: 'A fixed word.' })
  readonly reason!: string | null;
}

export class PostDto {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  @ApiProperty({ format: 'uuid' })
  readonly connectionId!: string;
  @ApiProperty()
  readonly platform!: string;
  @ApiProperty({ format: 'uuid' })
  readonly spaceId!: string;
  @ApiProperty({ enum: postStates })
  readonly state!: PostState;
  @ApiProperty({ type: String, nullable: true, description: 'Why it failed or waits: a fixed word.' })
  readonly reason!: string | null;
  @ApiProperty({ type: String, nullable: true, description: "The platform's own words for a refusal." })
  readonly platformMessage!: string | null;
  @ApiProperty({ ...posterSchema })
  readonly as!: PosterChoice;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'By which consent.' })
  readonly grantId!: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    description: "With which organisation's token the app posts: the platform's id, in one spelling.",
  })
  readonly organizationId!: string | null;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'What was asked to be said.' })
  readonly content!: PostContent;
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  readonly replyTo!: string | null;
  @ApiProperty({ type: String, nullable: true })
  readonly endpoint!: string | null;
  @ApiProperty({ type: String, nullable: true, description: "The platform's id of the message." })
  readonly externalId!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'Once the platform told us of it.' })
  readonly messageId!: string | null;
  @ApiProperty({ type: [PostAttemptDto] })
  readonly attempts!: readonly PostAttemptDto[];
  @ApiProperty({ description: 'Who asked for it: `key:<id>`, `jwt:<subject>` or `bootstrap`.' })
  readonly requestedBy!: string;
  @ApiProperty({ format: 'date-time' })
  readonly createdAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly sentAt!: string | null;
}

export class PostPage {
  @ApiProperty({ type: [PostDto] })
  readonly items!: readonly PostDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}

/** A post as it is stored. */
export interface PostRow {
  readonly id: string;
  readonly tenantId: string;
  readonly connectionId: string;
  readonly platform: string;
  readonly spaceId: string;
  readonly spaceExternalId: string;
  readonly idempotencyKey: string;
  readonly requestHash: string;
  readonly requestedBy: string;
  /** The user's id at the platform; empty for the app. */
  readonly poster: string;
  readonly grantId: string | null;
  /** With whose token the app posts, where organisations have tokens of their own. */
  readonly organizationExternalId: string | null;
  readonly content: PostContent;
  readonly replyTo: string | null;
  readonly replyToExternalId: string | null;
  readonly endpoint: string | null;
  readonly state: PostState;
  readonly reason: string | null;
  readonly platformMessage: string | null;
  /** How many tries there were. */
  readonly attempts: number;
  readonly externalId: string | null;
  readonly messageId: string | null;
  readonly createdAt: Date;
  readonly sentAt: Date | null;
}

export const postColumns = `
  id, tenant_id as "tenantId", connection_id as "connectionId", platform, space_id as "spaceId",
  space_external_id as "spaceExternalId", idempotency_key as "idempotencyKey", request_hash as "requestHash",
  requested_by as "requestedBy", poster, grant_id as "grantId", organization_external_id as "organizationExternalId", content, reply_to as "replyTo",
  reply_to_external_id as "replyToExternalId", endpoint, state, reason, platform_message as "platformMessage", attempts,
  external_id as "externalId", message_id as "messageId", created_at as "createdAt", sent_at as "sentAt"`;

export interface AttemptRow {
  readonly postId: string;
  readonly number: number;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly outcome: AttemptOutcome | null;
  readonly reason: string | null;
}

/** A post as the API shows it. */
export function toPostDto(row: PostRow, attempts: readonly AttemptRow[]): PostDto {
  return {
    id: row.id,
    connectionId: row.connectionId,
    platform: row.platform,
    spaceId: row.spaceId,
    state: row.state,
    reason: row.reason,
    platformMessage: row.platformMessage,
    as: choiceOf(row.poster),
    grantId: row.grantId,
    organizationId: row.organizationExternalId,
    content: row.content,
    replyTo: row.replyTo,
    endpoint: row.endpoint,
    externalId: row.externalId,
    messageId: row.messageId,
    attempts: attempts.map(({ number, startedAt, endedAt, outcome, reason }) => ({
      number,
      startedAt: startedAt.toISOString(),
      endedAt: endedAt?.toISOString() ?? null,
      outcome,
      reason,
    })),
    requestedBy: row.requestedBy,
    createdAt: row.createdAt.toISOString(),
    sentAt: row.sentAt?.toISOString() ?? null,
  };
}
