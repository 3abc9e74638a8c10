import { type CallbackOutcome } from './grant-activation.js';

type PageKind = CallbackOutcome['kind'] | 'link-over';

const texts: Readonly<Record<PageKind, readonly [status: number, title: string, text: string]>> = {
  active: [200, 'Connected', 'Liaison may act for you now, within what you agreed to. You can close this window.'],
  denied: [200, 'Not connected', 'You did not agree, so nothing was connected. You can close this window.'],
  failed: [
    502,
    'Not connected',
    'The platform did not complete the connection. Nothing was changed; please start again from where you came.',
  ],
  'other-person': [
    409,
    'Somebody else',
    'This connection belongs to another person. Sign out at the platform, and let that person follow the link.',
  ],
  expired: [
    400,
    'This link has been used or is too old',
    'Each link serves once and for ten minutes. Please start again from where you came.',
  ],
  'link-over': [
    400,
    'This link is of no use any more',
    'It is more than a month old, or what it is for has ended. Please ask whoever gave it to you for another one.',
  ],
};

/** The page at which a user's way ends: static text, no scripts, nothing of the address in it. */
export function callbackPage(outcome: { readonly kind: PageKind }): { readonly status: number; readonly html: string } {
  const [status, title, text] = texts[outcome.kind];
  const html = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem}</style></head>
<body><main data-outcome="${outcome.kind}"><h1>${title}</h1><p>${text}</p></main></body>
</html>
`;
  return { status, html };
}
