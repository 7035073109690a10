import { LandfallError } from '#runtime';

/**
 * Parses `['user_id=42']` into `{ user_id: '42' }`.
 * @throws LandfallError request.invalid
 */
export function readPairs(option: string, words: readonly string[]): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const word of words) {
    const at = word.indexOf('=');
    const name = word.slice(0, at);
    if (at < 1) throw new LandfallError('request.invalid', `${option} ${word}: must be <name>=<value>`);
    if (Object.hasOwn(pairs, name))
      throw new LandfallError('request.invalid', `${option} ${name} is given twice`);
    pairs[name] = word.slice(at + 1);
  }
  return pairs;
}
