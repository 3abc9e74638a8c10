import fc from 'fast-check';
import { type Fact } from '../../src/events/event.js';

/** What somebody does in a space: the number of the minute after which it happens stands first. */
interface Step {
  readonly minutes: number;
  readonly act: 'say' | 'edit' | 'delete' | 'annotate' | 'react' | 'unreact' | 'join' | 'leave';
  readonly who: string;
  readonly words: string;
  /** Which of the messages before it concerns. */
  readonly which: number;
}

const words = fc.constantFrom(
  'We ship on Monday',
  'TODO call Acme before Friday',
  'Next step: send the quote',
  'next step: legal review',
  'amount 12500',
  'amount many',
  'DECISION no discount',
  'hm',
  '--- End of the conversation ---',
);

const step: fc.Arbitrary<Step> = fc.record({
  minutes: fc.constantFrom(0, 1, 30, 700, 1_500),
  act: fc.constantFrom('say', 'say', 'say', 'edit', 'delete', 'annotate', 'react', 'unreact', 'join', 'leave'),
  who: fc.constantFrom('ann', 'ben', 'bot'),
  words,
  which: fc.nat(20),
});

/** What happens in one space, over some days. */
export const history: fc.Arbitrary<readonly Step[]> = fc.array(step, { minLength: 6, maxLength: 16, size: 'max' });

/** The steps as facts of a space of that name. */
export function factsOf(space: string, steps: readonly Step[], start: Date): Fact[] {
  let at = start.getTime();
  const said: string[] = [];
  const marked: [message: string, annotation: string][] = [];
  return steps.flatMap(({ minutes, act, who, words: content, which }, index): Fact[] => {
    at += minutes * 60_000 + 1_000;
    const common = {
      occurredAt: new Date(at),
      space: { externalId: space, title: `Room ${space}` },
      actor: { externalId: who, displayName: who.toUpperCase() },
    };
    const messageExternalId = said[which % Math.max(1, said.length)];
    const [onMessage, annotationExternalId] = marked[which % Math.max(1, marked.length)] ?? [];
    if (act === 'say') {
      said.push(`m${index}`);
      return [{ ...common, type: 'message.created', data: { messageExternalId: `m${index}`, content } }];
    }
    if (act === 'join' || act === 'leave') {
      const member = { externalId: who, displayName: who.toUpperCase(), email: `${who}@example.com` };
      return [{ ...common, type: act === 'join' ? 'member.joined' : 'member.left', data: { member } }];
    }
    if (messageExternalId === undefined) return [];
    if (act === 'edit') return [{ ...common, type: 'message.edited', data: { messageExternalId, content } }];
    if (act === 'delete') return [{ ...common, type: 'message.deleted', data: { messageExternalId } }];
    if (act === 'annotate') {
      marked.push([messageExternalId, `a${index}`]);
      const payload = { title: 'Decision', text: content };
      const data = { messageExternalId, annotationExternalId: `a${index}`, annotationType: 'decision', payload };
      return [{ ...common, type: 'annotation.added', data }];
    }
    if (act === 'unreact' && onMessage !== undefined && annotationExternalId !== undefined) {
      const data = { messageExternalId: onMessage, annotationExternalId };
      return [{ ...common, type: 'annotation.removed', data }];
    }
    return [{ ...common, type: 'reaction.added', data: { messageExternalId, reaction: 'heart' } }];
  });
}
