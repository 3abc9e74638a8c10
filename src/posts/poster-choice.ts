import { ValidateBy } from 'class-validator';
import { isJsonObject } from '../common/json/json.js';

/** In whose name a post is placed: the app's own, or that of a user of the platform who allowed it. */
export type PosterChoice = 'app' | { readonly user: string };

const longestSubject = 500;

function isPosterChoice(value: unknown): value is PosterChoice {
  if (value === 'app') return true;
  if (!isJsonObject(value) || Object.keys(value).length !== 1) return false;
  const { user } = value;
  return typeof user === 'string' && user !== '' && user.length <= longestSubject;
}

export function IsPosterChoice(): PropertyDecorator {
  return ValidateBy({
    name: 'isPosterChoice',
    validator: {
      validate: isPosterChoice,
      defaultMessage: () => `$property must be "app" or {"user": "<the platform's id of the user>"}`,
    },
  });
}

/** How the choice is stored: the user's id at the platform, and nothing for the app. */
export function posterOf(choice: PosterChoice): string {
  return choice === 'app' ? '' : choice.user;
}

/** The choice that was stored so. */
export function choiceOf(poster: string): PosterChoice {
  return poster === '' ? 'app' : { user: poster };
}
