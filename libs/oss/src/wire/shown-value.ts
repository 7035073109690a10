const shownCharacters = 60;

/** Formats a received value for error details: quoted, escaped and shortened. */
export function showValue(value: string): string {
  return JSON.stringify(value.length > shownCharacters ? `${value.slice(0, shownCharacters)}…` : value);
}
