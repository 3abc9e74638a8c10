import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength, ValidateBy, type ValidationArguments } from 'class-validator';
import { webhookFault, type WebhookFault } from './webex.registrations.catalogue.js';

const owners = ['creator', 'org'] as const;

/** One webhook that shall be registered for a connection. */
export class WebexWebhookSetting {
  @ApiProperty({ example: 'messages', description: 'As Webex names it; case matters.' })
  @IsString()
  @FitsTheGuide('resource')
  readonly resource!: string;

  @ApiProperty({ example: 'created', description: '`all` stands for created, updated and deleted only.' })
  @IsString()
  @FitsTheGuide('event')
  readonly event!: string;

  @ApiPropertyOptional({ example: 'roomType=direct', description: '`name=value`, joined with `&`.' })
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  @FitsTheGuide('filter')
  readonly filter?: string;

  @ApiPropertyOptional({ enum: owners, default: 'creator', description: '`org` needs the token of an administrator.' })
  @IsOptional()
  @IsIn(owners)
  @FitsTheGuide('ownedBy')
  readonly ownedBy?: (typeof owners)[number];
}

function FitsTheGuide(member: WebhookFault['member']): PropertyDecorator {
  const ruleFor = (place: ValidationArguments | undefined): string | undefined => {
    if (!(place?.object instanceof WebexWebhookSetting)) return undefined;
    const fault = webhookFault(place.object);
    return fault?.member === member ? fault.rule : undefined;
  };
  return ValidateBy({
    name: 'fitsTheGuide',
    validator: {
      validate: (_value, place) => ruleFor(place) === undefined,
      defaultMessage: (place) => ruleFor(place) ?? 'must be what Webex registers',
    },
  });
}
