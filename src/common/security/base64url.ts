/**
 * The bytes behind base64url text (RFC 4648 section 5), or `undefined` for any text that is not their one spelling: no
 * padding, no blanks, no letters of the other alphabet, spare bits zero (section 3.5). Node's own decoder skips or takes
 * all of these, so that one signed token could be written in many ways.
 */
export function decodeBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}
