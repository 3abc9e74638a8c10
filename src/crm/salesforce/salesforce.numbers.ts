/** A text with its escapes, or a number, whichever comes first in JSON. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;
const numberForm = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
/** Beyond what any field of Salesforce holds. */
const mostPlaces = 400;

/**
 * The same JSON with texts instead of those numbers that JavaScript would round: fields of Salesforce hold 18 digits, and a
 * double 15.
 */
export function withExactNumbers(json: string): string {
  return json.replace(tokens, (token) => (token.startsWith('"') || isExact(token) ? token : `"${token}"`));
}

/** A number of JSON without an exponent and without zeros that say nothing; undefined for other text and the absurdly large. */
export function decimalText(number: string): string | undefined {
  const [found, sign = '', whole = '', fraction = '', exponent = '0'] = numberForm.exec(number) ?? [];
  if (found === undefined || Math.abs(Number(exponent)) > mostPlaces) return undefined;
  const point = whole.length + Number(exponent);
  const digits = `${'0'.repeat(Math.max(0, -point))}${whole}${fraction}`.padEnd(point, '0');
  const at = Math.max(0, point);
  const integer = digits.slice(0, at).replace(/^0+/, '') || '0';
  const places = digits.slice(at).replace(/0+$/, '');
  return `${sign}${integer}${places === '' ? '' : `.${places}`}`;
}

function isExact(number: string): boolean {
  const exact = decimalText(number);
  return exact !== undefined && exact === decimalText(String(Number(number)));
}
