import type { Size } from '#media';
import type { WarningCode } from '#runtime';
import type { TextTask } from '../../decoders/sandbox/decoder-task.js';
import { runDecoder } from '../../decoders/sandbox/run-decoder.js';
import type { ImageLimits } from '../../limits/image-limits.js';

/** A text rendered as a picture. */
export interface TextMark {
  readonly png: Uint8Array;
  /** Size of its ink; only the aspect ratio is meaningful. */
  readonly shape: Size;
  readonly warnings: readonly WarningCode[];
}

/**
 * Cache of drawn texts: a pipeline repeats the same few texts and sizes for each upload, and a thread with its fonts
 * takes 0.2 s.
 */
const maxKept = 16;
const maxKeptBytes = 131_072;
const kept = new Map<string, TextMark>();

/** Texts are drawn one at a time, because each needs a thread with fonts, and an image slot budgets for one decoder. */
let latest: Promise<unknown> = Promise.resolve();

/**
 * Draws a watermark text, or returns it from the cache. Fails with rendition.watermark_unusable, media.timed_out or the
 * signal's reason.
 */
export async function drawTextMark(
  task: Omit<TextTask, 'decoder'>,
  limits: ImageLimits,
  signal: AbortSignal,
): Promise<TextMark> {
  const key = JSON.stringify(task);
  const draw = async () => kept.get(key) ?? keep(key, await runText(task, limits, signal));
  const known = kept.get(key);
  if (known) return known;
  const drawn = latest.then(draw);
  latest = drawn.catch(() => undefined);
  return drawn;
}

async function runText(
  task: Omit<TextTask, 'decoder'>,
  limits: ImageLimits,
  signal: AbortSignal,
): Promise<TextMark> {
  const { encoded, reported, warnings } = await runDecoder({ decoder: 'text', ...task }, limits, signal);
  if (!encoded) throw new Error('the thread returned no picture of the text');
  return { png: encoded, shape: { width: reported.width ?? 1, height: reported.height ?? 1 }, warnings };
}

function keep(key: string, mark: TextMark): TextMark {
  if (mark.png.length > maxKeptBytes) return mark;
  const [oldest] = kept.keys();
  if (kept.size >= maxKept && oldest !== undefined) kept.delete(oldest);
  kept.set(key, mark);
  return mark;
}
