import { type TenantReads } from '../../database/tenant-reads.js';
import { highlights } from '../../search/highlights.js';
import { type LanguageQuery } from '../../search/search-queries.js';
import { type MessageDto } from '../message.dto.js';
import { textsOfAnnotation } from './annotation-text.js';

/** The messages with the places where their content and their annotations have what was looked for. */
export async function withHighlights(
  reads: TenantReads,
  tenantId: string,
  messages: readonly MessageDto[],
  query: LanguageQuery,
): Promise<MessageDto[]> {
  const texts = messages.flatMap((message) => textsOf(message));
  const passages = await highlights(
    reads,
    tenantId,
    query,
    texts.map(({ text }) => text),
  );
  const found = texts.map((text, index) => ({ ...text, passages: passages[index] ?? [] }));
  return messages.map((message) => ({
    ...message,
    highlights: found
      .filter(({ messageId, passages: { length } }) => messageId === message.id && length > 0)
      .map(({ annotationId, passages: ofText }) => ({ annotationId, passages: ofText })),
  }));
}

interface TextOfMessage {
  readonly messageId: string;
  readonly annotationId: string | null;
  readonly text: string;
}

function textsOf({ id: messageId, content, annotations }: MessageDto): TextOfMessage[] {
  return [
    ...(content === null ? [] : [{ messageId, annotationId: null, text: content }]),
    ...annotations.map(({ id: annotationId, type, payload }) => ({
      messageId,
      annotationId,
      text: textsOfAnnotation(type, payload).join('\n'),
    })),
  ].filter(({ text }) => text !== '');
}
