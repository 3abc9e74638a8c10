import { ApiProperty, ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { IsBooleanString } from 'class-validator';
import { MayBeAbsent } from '../common/http/may-be-absent.js';
import { OwnedDto } from '../common/http/owned.dto.js';
import { OwnedQuery } from '../common/http/query.dto.js';
import { CountQuery, TotalledPage } from '../common/http/total.dto.js';
import { type JsonValue } from '../common/json/json.js';
import { PastQuery } from '../events/past/past.dto.js';
import { isBack, type MemberRow } from './member.state.js';
import { propertyPrefix, type SpaceRow } from './space.state.js';

export class SpacesQuery extends IntersectionType(OwnedQuery, PastQuery, CountQuery) {}

export class SpaceDto extends OwnedDto {
  @ApiProperty()
  readonly externalId!: string;
  @ApiProperty({ type: String, nullable: true })
  readonly title!: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    description: "The platform's id of the organisation, where it tells it.",
  })
  readonly organizationId!: string | null;
  @ApiProperty({ type: String, nullable: true })
  readonly description!: string | null;
  @ApiProperty({ type: String, nullable: true })
  readonly visibility!: string | null;
  @ApiProperty({ type: Boolean, nullable: true })
  readonly allowGuests!: boolean | null;
  @ApiProperty({ type: String, nullable: true, description: "The id of the platform's status value." })
  readonly statusValue!: string | null;
  @ApiProperty({ type: 'object', additionalProperties: true, description: "Keyed by the platform's property id." })
  readonly properties!: Record<string, JsonValue>;
  @ApiProperty({ format: 'date-time' })
  readonly firstSeenAt!: string;
  @ApiProperty({ format: 'date-time' })
  readonly lastEventAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly deletedAt!: string | null;
}

export class SpacePage extends TotalledPage {
  @ApiProperty({ type: [SpaceDto] })
  readonly items!: readonly SpaceDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}

export class MembersQuery extends IntersectionType(OwnedQuery, PastQuery, CountQuery) {
  @ApiPropertyOptional({ enum: ['true', 'false'], description: 'Also those who have left.' })
  @MayBeAbsent()
  @IsBooleanString()
  readonly includeFormer?: string;
}

export class MemberDto extends OwnedDto {
  @ApiProperty({ format: 'uuid' })
  readonly spaceId!: string;
  @ApiProperty({ description: "The platform's id of the person or app." })
  readonly externalId!: string;
  @ApiProperty({ type: String, nullable: true })
  readonly displayName!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Where the platform tells it.' })
  readonly email!: string | null;
  @ApiProperty({ type: String, nullable: true, description: "The platform's word, for example `moderator`." })
  readonly role!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly joinedAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Set for those who have left.' })
  readonly leftAt!: string | null;
}

export class MemberPage extends TotalledPage {
  @ApiProperty({ type: [MemberDto] })
  readonly items!: readonly MemberDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}

/** A space as the API shows it. */
export function toSpaceDto(row: SpaceRow): SpaceDto {
  const text = (name: string): string | null => {
    const value = row.fields[name]?.value;
    return typeof value === 'string' ? value : null;
  };
  const allowGuests = row.fields['allowGuests']?.value;
  return {
    id: row.id,
    platform: row.platform,
    connectionId: row.connection_id,
    externalId: row.external_id,
    title: row.title,
    organizationId: text('organizationExternalId'),
    description: text('description'),
    visibility: text('visibility'),
    allowGuests: typeof allowGuests === 'boolean' ? allowGuests : null,
    statusValue: text('statusValue'),
    properties: Object.fromEntries(
      Object.entries(row.fields)
        .filter(([name]) => name.startsWith(propertyPrefix))
        .map(([name, observed]) => [name.slice(propertyPrefix.length), observed.value]),
    ),
    firstSeenAt: row.first_seen_at.toISOString(),
    lastEventAt: row.last_event_at.toISOString(),
    deletedAt: row.deleted_at?.toISOString() ?? null,
  };
}

/** A member as the API shows it. */
export function toMemberDto(row: MemberRow): MemberDto {
  return {
    id: row.id,
    platform: row.platform,
    connectionId: row.connection_id,
    spaceId: row.space_id,
    externalId: row.external_id,
    displayName: row.display_name,
    email: row.email,
    role: row.role,
    joinedAt: row.joined_at?.toISOString() ?? null,
    leftAt: isBack(row) ? null : (row.left_at?.toISOString() ?? null),
  };
}
