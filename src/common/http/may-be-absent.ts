import { ValidateIf } from 'class-validator';

/**
 * A member that may be left out. Not so `IsOptional`, which also lets null through, past every other rule: null is something that
 * was said, and code that asks whether a member is there takes it for a value.
 */
export function MayBeAbsent(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined);
}
