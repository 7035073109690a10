import type { Rendition } from '@landfall/client/browser';

/** A URL that holds at least so long is kept. */
const heldMs = 120_000;

/**
 * Renditions as they are now, with the URLs that were shown before where these hold on: they are signed anew in each answer, and
 * a picture or a player would load the same again.
 */
export function keepUrls(before: readonly Rendition[] | undefined, now: Rendition[]): Rendition[] {
  if (!before) return now;
  return now.map((rendition) => {
    const known = before.find(({ name }) => name === rendition.name);
    const holds = Date.parse(known?.urlExpiresAt ?? '') - Date.now() > heldMs;
    if (!known || !holds || known.objectKey !== rendition.objectKey || rendition.url === null)
      return rendition;
    if ((known.dashUrl === undefined) !== (rendition.dashUrl === undefined)) return rendition;
    const { url, dashUrl, urlExpiresAt } = known;
    return { ...rendition, url, urlExpiresAt, ...(dashUrl === undefined ? {} : { dashUrl }) };
  });
}
