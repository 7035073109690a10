import type { Size } from '#media';
import type { WarningCode } from '#runtime';
import type { TextTask } from '../../decoders/sandbox/decoder-task.js';
import { runDecoder } from '../../decoders/sandbox/run-decoder.js';
import type { ImageLimits } from '../../limits/image-limits.js';

/** A text as a picture. */
export interface TextMark {
  readonly png: Uint8Array;
  /** Of its ink: only the proportions mean something. */
  readonly shape: Size;
  readonly warnings: readonly WarningCode[];
}

/** A pipeline has the same few texts at the same few sizes for each upload, and a thread with its fonts takes a fifth of a second. */
const maxKept = 16;
const maxKeptBytes = 131_072;
const kept = new Map<string, TextMark>();

/** Texts are drawn one after the other: each has fonts and a thread, and an image slot is counted with one decoder. */
let latest: Promise<unknown> = Promise.resolve();

/**
 * Draws the text of a watermark, or gives it back as it was drawn before. Fails with rendition.watermark_unusable,
 * media.timed_out or the signal's reason.
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
