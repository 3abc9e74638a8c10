/** What a sample must become: the facts in order, each as its type and its data without space and actor. */
export interface ExpectedSample {
  readonly actor?: { readonly externalId: string; readonly displayName?: string };
  readonly facts: readonly (readonly [type: string, data: Readonly<Record<string, unknown>>])[];
}

const ann = { externalId: 'd76b3ac0-8f0a-1028-9874-db07163b51b2' };
const namedAnn = { ...ann, displayName: 'Sample Person' };
const nlc = { externalId: 'toscana-aip-nlc-consumer-client-id' };
const app = { externalId: '0d00981e-eff2-4e84-88c0-6b1c76fa5801' };
const message = '5a95abd1e4b01e6e9ce0cee1';
const markdown = { contentType: 'text/markdown' };
const conversation = { conversation: { externalId: '58822220e4b0192475567c93', type: 'DEFAULT' } };

/** The payload is left out here; the tests check it against the sample's own text. */
function annotation(id: unknown, type: string, on = message): Readonly<Record<string, unknown>> {
  return { annotationExternalId: id, annotationType: type, messageExternalId: on };
}

/** For annotations without an id: one made of their content. */
const madeUpId = /^content:[0-9a-f-]{36}$/;

/** Written by hand from the platform's contract (outbound webhook reference 1.8.0) and the quirks of its samples. */
export const expectedSamples: Readonly<Record<string, ExpectedSample | 'unrecognized'>> = {
  'message-created/user-message-2017-html': {
    actor: { externalId: '694510c0-0037-1035-badfe61c59a0', displayName: 'Sample Person' },
    facts: [
      ['message.created', { messageExternalId: '58b72f79e4b0c45b8a90', content: 'test', contentType: 'text/html' }],
    ],
  },
  'message-created/user-message-2018-markdown': {
    actor: namedAnn,
    facts: [['message.created', { messageExternalId: message, content: 'do you know Joe Smith?', ...markdown }]],
  },
  'message-created/app-message-empty-content': {
    actor: { externalId: 'userId1' },
    facts: [['message.created', { messageExternalId: 'messageId1', content: '', ...markdown }]],
  },
  'message-created/user-message-v1.8': {
    actor: namedAnn,
    facts: [
      [
        'message.created',
        {
          messageExternalId: '5bb3a1c2e4b0f06c7f8da41b',
          content: 'Quote *Q-118* for <@83152e37-0d9f-4bbb-9d5f-024e75a97600|Other Person> is ready',
          ...markdown,
          ...conversation,
        },
      ],
    ],
  },
  'message-created/non-ascii-and-file-reference': {
    actor: { ...ann, displayName: 'Zoë Ångström' },
    facts: [
      [
        'message.created',
        {
          messageExternalId: '5bb3a1c2e4b0f06c7f8da41c',
          content:
            'Grüße 👍 <$file|ibm0@default@578cf829e4b0c3e87919a2b1@file-00000000-0000-4000-8000-000000000001|plan.jpg|1024x768> <@space>',
          ...markdown,
        },
      ],
    ],
  },
  'message-edited/edited': {
    actor: ann,
    facts: [
      [
        'message.edited',
        { messageExternalId: message, content: 'do you know Joe Smith? (edited)', ...markdown, ...conversation },
      ],
    ],
  },
  'message-edited/edited-misspelt-conversation-type': {
    actor: ann,
    facts: [['message.edited', { messageExternalId: message, content: 'second edit', ...markdown, ...conversation }]],
  },
  'message-deleted/deleted-v1.4': { facts: [['message.deleted', { messageExternalId: message }]] },
  'message-deleted/deleted-v1.8': { facts: [['message.deleted', { messageExternalId: message, ...conversation }]] },
  'message-deleted/deleted-unknown-message': {
    facts: [['message.deleted', { messageExternalId: 'ffffffffffffffffffffffff' }]],
  },
  'message-annotation-added/focus-by-platform': {
    actor: nlc,
    facts: [['annotation.added', annotation('annotationId2', 'message-focus', 'messageId2')]],
  },
  'message-annotation-added/keywords': {
    actor: { externalId: 'someUserId1' },
    facts: [['annotation.added', annotation('annotationId1', 'generic', 'messageId1')]],
  },
  'message-annotation-added/taxonomy': {
    actor: { ...nlc, displayName: 'Sample Person' },
    facts: [['annotation.added', annotation(madeUpId, 'message-nlp-taxonomy')]],
  },
  'message-annotation-added/keywords-clean': {
    actor: nlc,
    facts: [['annotation.added', annotation('5b1560a4e4b0efbd572ea915', 'message-nlp-keywords')]],
  },
  'message-annotation-added/entities': {
    actor: nlc,
    facts: [['annotation.added', annotation('5b1560a4e4b0efbd572ea916', 'message-nlp-entities')]],
  },
  'message-annotation-added/doc-sentiment': {
    actor: nlc,
    facts: [['annotation.added', annotation('5b1560a4e4b0efbd572ea917', 'message-nlp-docSentiment')]],
  },
  'message-annotation-added/concepts': {
    actor: nlc,
    facts: [['annotation.added', annotation('5b1560a4e4b0efbd572ea918', 'message-nlp-concepts')]],
  },
  'message-annotation-added/action-selected-button': {
    actor: namedAnn,
    facts: [['annotation.added', annotation('590888dce4b0a1b856e31600', 'actionSelected')]],
  },
  'message-annotation-added/action-selected-slash-command': {
    actor: namedAnn,
    facts: [['annotation.added', { annotationExternalId: madeUpId, annotationType: 'actionSelected' }]],
  },
  'message-annotation-added/generic-of-app-message': {
    actor: app,
    facts: [['annotation.added', annotation('5b1560a3e4b04e433fa8b849', 'generic')]],
  },
  'message-annotation-added/file': {
    actor: { externalId: 'toscana-service-storage-client-id' },
    facts: [['annotation.added', annotation('5a8cbcede4b0de791d72efef', 'file')]],
  },
  'message-annotation-added/mention': {
    actor: namedAnn,
    facts: [['annotation.added', annotation('5b1560a4e4b0efbd572ea920', 'mention')]],
  },
  'message-annotation-added/payload-not-json': {
    actor: nlc,
    facts: [['annotation.added', annotation('5b1560a4e4b0efbd572ea921', 'message-focus')]],
  },
  'message-annotation-added/annotation-before-its-message': {
    actor: nlc,
    facts: [
      ['annotation.added', annotation('5b1560a4e4b0efbd572ea922', 'message-nlp-keywords', '5bffffffe4b0f06c7f8da41b')],
    ],
  },
  'message-annotation-edited/moment-updated': {
    actor: { externalId: 'toscana-service-moment-client-id' },
    facts: [['annotation.edited', annotation('5810ed1fe4b04572602fed37', 'conversation-moment')]],
  },
  'message-annotation-edited/focus-edited': {
    actor: app,
    facts: [['annotation.edited', annotation('5b1560a6e4b0efbd572ea916', 'message-focus')]],
  },
  'message-annotation-removed/removed': {
    actor: namedAnn,
    facts: [['annotation.removed', { annotationExternalId: '5b1560a4e4b0efbd572ea915', messageExternalId: message }]],
  },
  'message-annotation-removed/removed-unknown-annotation': {
    actor: namedAnn,
    facts: [['annotation.removed', { annotationExternalId: 'ffffffffffffffffffffffff', messageExternalId: message }]],
  },
  'reaction-added/thumbs-up': {
    actor: { externalId: 'userId1' },
    facts: [['reaction.added', { messageExternalId: 'objectId1', reaction: '👍' }]],
  },
  'reaction-added/text-reaction': {
    actor: ann,
    facts: [['reaction.added', { messageExternalId: message, reaction: ':-)' }]],
  },
  'reaction-added/zwj-emoji': {
    actor: ann,
    facts: [['reaction.added', { messageExternalId: message, reaction: '👩‍💻' }]],
  },
  'reaction-removed/thumbs-up-removed': {
    actor: { externalId: 'userId1' },
    facts: [['reaction.removed', { messageExternalId: 'objectId1', reaction: '👍' }]],
  },
  'reaction-removed/removed-without-added': {
    actor: ann,
    facts: [['reaction.removed', { messageExternalId: message, reaction: '🎉' }]],
  },
  'space-members-added/one-member': { facts: [['member.joined', { member: { externalId: 'userId1' } }]] },
  'space-members-added/app-itself-added': { facts: [['member.joined', { member: app }]] },
  'space-members-added/several-members': {
    facts: [
      ['member.joined', { member: ann }],
      ['member.joined', { member: { externalId: '83152e37-0d9f-4bbb-9d5f-024e75a97600' } }],
    ],
  },
  'space-members-removed/one-member': { facts: [['member.left', { member: ann }]] },
  'space-members-removed/app-itself-removed': { facts: [['member.left', { member: app }]] },
  'space-updated/title': { actor: ann, facts: [['space.updated', { changes: { title: 'Acme renewal' } }]] },
  'space-updated/description-visibility-guests': {
    actor: ann,
    facts: [['space.updated', { changes: { description: 'Deal room', visibility: 'TEAM', allowGuests: true } }]],
  },
  'space-updated/status-of-templated-space': {
    actor: ann,
    facts: [['space.updated', { changes: { statusValue: 'df5c4d66-2aaa-4608-a985-0e8bafe4f580' } }]],
  },
  'space-updated/properties-of-templated-space': {
    actor: ann,
    facts: [['space.updated', { changes: { properties: { '0000001': 'OPP-118' } } }]],
  },
  'space-updated/nothing-but-required': { actor: ann, facts: [['space.updated', { changes: {} }]] },
  'space-deleted/deleted': { actor: ann, facts: [['space.deleted', {}]] },
  'conversation-lifecycle/conversation-created': 'unrecognized',
  'conversation-lifecycle/conversation-updated': 'unrecognized',
  'conversation-lifecycle/conversation-deleted': 'unrecognized',
};
