/** A date as REST and GraphQL answers write it: ISO 8601 with `+0000` instead of `Z`. */
export function platformDate(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '+0000');
}
