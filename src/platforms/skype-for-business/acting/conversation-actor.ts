import { type ConversationActs } from '../../conversation-acts.js';
import { SkypeForBusinessApi } from './skype-for-business.api.js';

/** Acts by the links that the platform gives for an invitation: they exist only while they can be used. */
export const skypeForBusinessActs: ConversationActs = (account, http, ledger, webhookUrl) => {
  const api = new SkypeForBusinessApi(account, http, ledger);
  const targetOf = async (
    { endpoint, invitationExternalId }: { readonly endpoint: string; readonly invitationExternalId: string },
    ...rels: readonly [string, ...string[]]
  ): Promise<{ endpoint: string; href: string }> => ({
    endpoint,
    href: await api.linkFrom({ endpoint, href: invitationExternalId }, ...rels),
  });
  return {
    async start({ endpoint, callbackContext, ...start }) {
      const context = callbackContext === undefined ? {} : { callbackContext, configuredUrl: webhookUrl };
      await api.startMessaging(endpoint, { ...start, ...context });
    },
    accept: async (conversation) => api.accept(await targetOf(conversation, 'accept')),
    decline: async (conversation) => api.decline(await targetOf(conversation, 'decline')),
    async send(conversation, message) {
      await api.sendMessage(await targetOf(conversation, 'conversation', 'messaging', 'sendMessage'), message);
    },
    end: async (conversation) => api.deleteConversation(await targetOf(conversation, 'conversation')),
  };
};
