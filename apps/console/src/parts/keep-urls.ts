import type { Rendition } from '@landfall/client/browser';

/** A URL that remains valid at least this long is kept. */
const heldMs = 120_000;

/**
 * Returns the current renditions with their previous URLs where these remain valid. URLs are signed anew in each
 * response, and pictures and players would otherwise reload the same content.
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
