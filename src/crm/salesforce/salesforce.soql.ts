const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\b': '\\b', '\f': '\\f' };

/**
 * A text as a literal of SOQL, whatever is in it (Salesforce, SOQL and SOSL Reference, "Quoted String Escape Sequences"). That of
 * jsforce leaves backslashes as they are, so that a text which ends with one would swallow the quote.
 */
export function soqlText(text: string): string {
  return `'${text.replace(/[\\'"\n\r\t\b\f]/g, (char) => escapes[char] ?? `\\${char}`)}'`;
}

/** A time as a literal of SOQL. */
export function soqlTime(time: Date): string {
  return time.toISOString();
}
