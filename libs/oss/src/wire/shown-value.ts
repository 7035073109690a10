const shownCharacters = 60;

/** A received value as error details show it: quoted, escaped and shortened. */
export function showValue(value: string): string {
  return JSON.stringify(value.length > shownCharacters ? `${value.slice(0, shownCharacters)}…` : value);
}
