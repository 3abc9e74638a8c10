import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError, type ValidatorOptions } from 'class-validator';
import { InvalidInput, type InputFault } from '../errors/liaison-error.js';

/** One strictness everywhere: what a class does not name is refused, by name. */
export const strictValidation = {
  whitelist: true,
  forbidNonWhitelisted: true,
  // A class without rules has no members, and whatever is sent is refused by the two lines above.
  forbidUnknownValues: false,
  stopAtFirstError: true,
} satisfies ValidatorOptions;

/** Flattens class-validator's tree into one fault per place, with JSON pointers (RFC 6901). */
export function faultsOf(errors: readonly ValidationError[], prefix = ''): InputFault[] {
  return errors.flatMap((error) => {
    const pointer = `${prefix}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const own = Object.values(error.constraints ?? {}).map((detail) => ({ pointer, detail }));
    return [...own, ...faultsOf(error.children ?? [], pointer)];
  });
}

/**
 * Checks untrusted input against a class-validator class and gives the instance. Throws `InvalidInput` that names every
 * wrong place below `prefix`, never a value.
 */
export function parseWith<T extends object>(Class: new () => T, input: unknown, prefix: string): T {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new InvalidInput({
      detail: `${prefix} must be an object.`,
      faults: [{ pointer: prefix, detail: 'must be an object' }],
    });
  }
  const instance = plainToInstance(Class, input, { exposeDefaultValues: true });
  const errors = validateSync(instance, strictValidation);
  if (errors.length > 0) throw invalidInput(faultsOf(errors, prefix));
  return instance;
}

/** One error for all faults of one input. */
export function invalidInput(faults: readonly InputFault[]): InvalidInput {
  const places = faults.map((fault) => fault.pointer).join(', ');
  return new InvalidInput({ detail: `The input is not valid at ${places}.`, faults });
}
