import { LandfallError } from '#runtime';
import { z } from 'zod';
import { options } from './command-line.js';
import type { SandboxBounds } from './sandbox-limits.js';
import { runTool } from './run-tool.js';

/** Maximum size of a description in characters. */
const outputLimit = 4_194_304;

/** ffprobe omits unknown values, or prints `N/A`, `unknown` or `0/0`. */
const word = z
  .string()
  .optional()
  .transform((text) => (text === undefined || text === 'unknown' || text === 'N/A' ? null : text));
const number = z.union([z.string(), z.number()]).optional().transform(positive);
/** Seconds, possibly negative; 0 if not stated. */
const time = z.string().optional().transform(readTime);
const ratio = z.string().optional().transform(readRatio);
/** Side data of a stream or a frame. Luminance is in cd/m². */
const sideData = z
  .array(
    z.object({
      side_data_type: z.string().optional(),
      displaymatrix: z.string().optional(),
      rotation: z.number().optional(),
      max_content: number,
      max_luminance: ratio,
    }),
  )
  .default([]);
export type SideData = z.infer<typeof sideData>;

const tags = z.record(z.string(), z.string()).default({});

const stream = z.object({
  index: z.number(),
  codec_type: word,
  codec_name: word,
  profile: word,
  width: number,
  height: number,
  pix_fmt: word,
  sample_aspect_ratio: ratio,
  avg_frame_rate: ratio,
  r_frame_rate: ratio,
  field_order: word,
  color_space: word,
  color_primaries: word,
  color_transfer: word,
  color_range: word,
  channels: number,
  sample_rate: number,
  start_time: time,
  duration: number,
  nb_frames: number,
  bit_rate: number,
  bits_per_raw_sample: number,
  channel_layout: word,
  disposition: z.record(z.string(), z.number()).default({}),
  side_data_list: sideData,
  tags,
});
export type ProbedStream = z.infer<typeof stream>;

const frame = z.object({ stream_index: z.number().optional(), side_data_list: sideData });

const description = z.object({
  streams: z.array(stream).default([]),
  /** The first few frames, if they were requested. */
  frames: z.array(frame).default([]),
  chapters: z.array(z.unknown()).default([]),
  format: z.object({ format_name: word, start_time: time, duration: number, bit_rate: number, tags }),
});
export interface Description extends z.infer<typeof description> {
  /** The complete output of ffprobe. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** One run of ffprobe. */
export interface ProbeRun {
  readonly ffprobePath: string;
  readonly bounds?: SandboxBounds;
  readonly inputArgs: readonly string[];
  readonly source: string;
  readonly cwd?: string;
  /** Decodes the first packets of the file, or the first of one stream, for side data that only frames carry. */
  readonly frames?: 'first' | { readonly ofStream: number };
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly otherwise: 'media.damaged' | 'media.encoder_failed';
}

/**
 * Describes one file with ffprobe.
 *
 * @throws what `runTool` throws; `media.unsupported` for an endless description
 */
export async function runFfprobe(run: ProbeRun): Promise<Description> {
  let output = '';
  const tooLong = new AbortController();
  await runTool({
    command: run.ffprobePath,
    task: run.frames ? 'probe frames' : 'probe',
    args: [
      '-hide_banner',
      '-show_format',
      '-show_streams',
      ...(run.frames ? frameArgs(run.frames) : []),
      ...options({
        show_entries: run.frames ? `chapter=id:${frameEntries}` : 'chapter=id',
        loglevel: 'error',
        of: 'json',
      }),
      ...run.inputArgs,
    ],
    source: run.source,
    cwd: run.cwd,
    ...(run.bounds && { bounds: run.bounds }),
    timeoutMs: run.timeoutMs,
    signal: AbortSignal.any([run.signal, tooLong.signal]),
    otherwise: run.otherwise,
    onOutput: (text) => {
      if (output.length < outputLimit) output += text;
      else tooLong.abort(new LandfallError('media.unsupported', 'the description of the file is endless'));
    },
  });
  try {
    const raw = z.record(z.string(), z.unknown()).parse(JSON.parse(output));
    return { ...description.parse(raw), raw };
  } catch (cause) {
    throw new LandfallError(run.otherwise, 'ffprobe could not describe the file', { cause });
  }
}

const frameEntries =
  'frame=stream_index:frame_side_data=side_data_type,displaymatrix,rotation,max_content,max_luminance';

/** One of the first two packets of a file usually belongs to its video. */
function frameArgs(frames: NonNullable<ProbeRun['frames']>): string[] {
  if (frames === 'first') return options({ read_intervals: '%+#2' });
  return options({ select_streams: frames.ofStream, read_intervals: '%+#1' });
}

function positive(value: string | number | undefined): number | null {
  const read = Number(value);
  return Number.isFinite(read) && read > 0 ? read : null;
}

function readTime(text: string | undefined): number {
  const read = Number(text);
  return Number.isFinite(read) ? read : 0;
}

/** Parses `30000/1001` and `4:3`. */
function readRatio(text: string | undefined): number | null {
  const [over, under] = (text ?? '').split(/[/:]/).map(Number);
  return over === undefined || under === undefined ? null : positive(over / under);
}
