import { type AuthorDto } from '../src/messages/author.dto.js';
import { type MessageDto } from '../src/messages/message.dto.js';
import { type MemberDto } from '../src/spaces/space.dto.js';
import { textAt } from './json-path.js';

/** What to call somebody in a space, from what the API says about its members and messages. */
export class Names {
  readonly #known = new Map<string, string>();

  /** `others` are names that the API does not tell, by id. */
  constructor(
    members: readonly MemberDto[],
    messages: readonly MessageDto[],
    others: Readonly<Record<string, string>> = {},
  ) {
    for (const { author, annotations } of messages) {
      if (author === null) continue;
      // Apps come without a name; the card that they post says whom it speaks for.
      const cardOf = annotations.find(({ type }) => type === 'generic');
      this.#learn(author.externalId, author.displayName ?? textAt(cardOf?.payload, 'actor', 'name'));
    }
    for (const { externalId, displayName } of members) this.#learn(externalId, displayName);
    for (const [externalId, name] of Object.entries(others)) this.#learn(externalId, name);
  }

  of(externalId: string): string {
    return this.#known.get(externalId) ?? (externalId.startsWith('toscana') ? 'the platform' : externalId);
  }

  ofAuthor(author: AuthorDto | null): string {
    return author === null ? 'unknown' : (author.displayName ?? this.of(author.externalId));
  }

  #learn(externalId: string, name: string | null | undefined): void {
    if (name !== null && name !== undefined) this.#known.set(externalId, name);
  }
}
