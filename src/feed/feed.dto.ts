import { ApiProperty, ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { ArrayMaxSize, IsIn, IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { IsId, PageQuery } from '../common/http/query.dto.js';
import { MayBeAbsent } from '../common/http/may-be-absent.js';
import { EventDto } from '../events/event.dto.js';
import { eventTypes } from '../events/event-map.js';
import { envelopes, type Envelope } from './feed-event.js';
import { IsCursorName } from './named-cursor.dto.js';

/** What all forms of the feed take. */
class FeedQuery {
  @ApiPropertyOptional({
    description:
      'Where to go on: the `nextCursor` of the last page, the `cursor` of an event, or `beginning` or `end` of the feed.',
  })
  @MayBeAbsent()
  @IsString()
  @MaxLength(500)
  readonly after?: string;

  @ApiPropertyOptional({ description: 'Go on where this cursor, kept with `PUT /v1/cursors/{name}`, stands.' })
  @MayBeAbsent()
  @IsCursorName()
  readonly cursorName?: string;

  @ApiPropertyOptional({
    enum: eventTypes,
    isArray: true,
    description: 'Only these types; separate several by commas.',
  })
  @MayBeAbsent()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.split(',') : value))
  @ArrayMaxSize(50)
  @IsIn(eventTypes, { each: true })
  readonly type?: string[];

  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsId()
  readonly connectionId?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsId()
  readonly spaceId?: string;
}

export class EventsQuery extends IntersectionType(PageQuery, FeedQuery) {
  @ApiPropertyOptional({
    minimum: 0,
    maximum: 60,
    default: 0,
    description: 'Where there is nothing yet, wait so many seconds for the first event.',
  })
  @MayBeAbsent()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(60)
  readonly wait: number = 0;
}

export class EventStreamQuery extends FeedQuery {
  @ApiPropertyOptional({ enum: envelopes, default: 'liaison', description: 'How each event is written in `data`.' })
  @MayBeAbsent()
  @IsIn(envelopes)
  readonly envelope: Envelope = 'liaison';
}

export class EventFeedPage {
  @ApiProperty({ type: [EventDto] })
  readonly items!: readonly EventDto[];
  @ApiProperty({ description: 'Where to go on. Also set at the end of the feed, so that a follower keeps its place.' })
  readonly nextCursor!: string;
  @ApiProperty({
    description:
      'Whether nothing more was there. False on a page with few or no items means that more must be looked at: ask again at once.',
  })
  readonly atEnd!: boolean;
  @ApiProperty({ description: 'Where this page begins; the `expected` of the acknowledgement of a named cursor.' })
  readonly after!: string;
}
