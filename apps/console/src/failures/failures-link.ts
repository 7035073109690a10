/** The ranges of the failures page in days, each with the key of its word. */
export const ranges = [
  ['1', 'day'],
  ['7', 'week'],
  ['30', 'month'],
  ['365', 'year'],
] as const;
const dayMs = 86_400_000;

/**
 * The address of the failures page with the group of this code open.
 * @param landedAt when an upload landed that the range must contain; ISO 8601
 */
export function failuresLink(code: string, landedAt: string): string {
  const ageDays = (Date.now() - Date.parse(landedAt)) / dayMs;
  const [days] = ranges.find(([value]) => Number(value) > ageDays) ?? ['365'];
  return `/console/failures?days=${days}&code=${encodeURIComponent(code)}`;
}
