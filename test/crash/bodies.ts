import { createHash } from 'node:crypto';
import { EventBodies, type SpaceName } from '../../simulators/watson-work/event-bodies.js';
import { ObjectIds } from '../../simulators/watson-work/identifiers.js';
import { documentedBehaviour } from '../../simulators/watson-work/quirks.js';
import { type SeededRandom } from '../../simulators/common/seeded-random.js';
import { webhookSignature } from '../../simulators/watson-work/webhook-signature.js';

/** Where a platform calls us, and the secret it signs with. */
export interface Target {
  readonly path: string;
  readonly secret: string;
}

/** One webhook call, and what its sender will do about it; both follow from the seed. */
export interface Body {
  readonly path: string;
  readonly bytes: Buffer;
  readonly token: string;
  /** The SHA-256 of the bytes, in hex: how the store is searched for it. */
  readonly hash: string;
  /** Sent again until it is acknowledged; the others are given up after one try. */
  readonly insistent: boolean;
  /** Sent once more after it was acknowledged. */
  readonly sentTwice: boolean;
}

const spacesPerTarget = 40;
const insistentShare = 0.5;
const sentTwiceShare = 0.2;
const author = { id: 'd76b3ac0-8f0a-1028-9874-db07163b51b2', displayName: 'Ann', kind: 'person' } as const;

/** An endless supply of distinct, signed message events across many spaces of several connections. */
export class Bodies {
  readonly #events = new EventBodies(documentedBehaviour);
  readonly #ids = new ObjectIds();
  readonly #rooms: readonly { readonly target: Target; readonly space: SpaceName }[];

  constructor(
    targets: readonly Target[],
    private readonly random: SeededRandom,
  ) {
    this.#rooms = targets.flatMap((target) =>
      Array.from({ length: spacesPerTarget }, (_, index) => ({
        target,
        space: { id: this.#ids.next(Date.now()), title: `Room ${index}` },
      })),
    );
  }

  next(): Body {
    const room = this.#rooms[this.random.between(0, this.#rooms.length - 1)];
    if (room === undefined) throw new Error('there is no space to write in');
    const time = Date.now();
    const message = { id: this.#ids.next(time), contentType: this.#events.contentType };
    const content = 'What was said. '.repeat(this.random.between(1, 40));
    const event = this.#events.messageCreated(room.space, message, author, content, time);
    const bytes = Buffer.from(JSON.stringify(event));
    return {
      path: room.target.path,
      bytes,
      token: webhookSignature(room.target.secret, bytes),
      hash: createHash('sha256').update(bytes).digest('hex'),
      insistent: this.random.hits(insistentShare),
      sentTwice: this.random.hits(sentTwiceShare),
    };
  }
}
