import { type MessageContent } from '../../simulators/webex/message-content.js';

/** A message with a card that asks for a decision; its text is for those whose program shows no cards. */
export function approvalCard(question: string): MessageContent {
  const content = {
    type: 'AdaptiveCard',
    version: '1.3',
    body: [
      { type: 'TextBlock', text: question },
      { type: 'Input.Text', id: 'decision' },
      { type: 'Input.Number', id: 'seats' },
    ],
    actions: [{ type: 'Action.Submit', title: 'Decide' }],
  };
  return { text: question, attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }] };
}
