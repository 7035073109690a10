import type { Landfall, StreamedEvent, StreamOptions } from '#client';
import { printable } from '../printable.js';
import { printJson } from './print.js';

/** Prints events as they happen, until `options.signal` aborts. */
export async function tailEvents(
  landfall: Landfall,
  options: StreamOptions & { signal: AbortSignal },
  { json }: { json: boolean },
): Promise<number> {
  try {
    for await (const event of landfall.events.stream(options)) printEvent(event, json);
    return 0;
  } catch (error) {
    if (options.signal.aborted) return 0;
    throw error;
  }
}

/** Prints one line per event: time, type and upload. */
export function printEvent(event: StreamedEvent, json: boolean): void {
  if (json) return printJson(event);
  const { timestamp, type, uploadId, data } = event;
  console.log(
    [timestamp, type.padEnd(18), uploadId ?? '', describe(data)].map(printable).join('  ').trimEnd(),
  );
}

/** The most relevant data, in a few words. */
function describe(data: StreamedEvent['data']): string {
  const { upload, rendition } = data as {
    upload?: { objectKey?: string; error?: { code: string } | null };
    rendition?: { name?: string; progress?: number; error?: { code: string } | null };
  };
  const progress = rendition?.progress;
  const share = progress === undefined ? undefined : `${Math.round(progress * 100)} %`;
  const parts = [upload?.objectKey, rendition?.name, share, rendition?.error?.code ?? upload?.error?.code];
  return parts.filter((part) => part !== undefined).join(' ');
}
