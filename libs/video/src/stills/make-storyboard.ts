import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LandfallError } from '#runtime';
import { options } from '../ffmpeg/command-line.js';
import type { MadeFile, MadeRendition, StoryboardSpec } from '#media';
import type { VideoWork } from '../encoding/video-work.js';
import { runTool } from '../ffmpeg/run-tool.js';
import { chooseStillEncoder, type StillEncoder } from './still-encoders.js';
import { planStoryboard, type StoryboardPlan } from './storyboard-plan.js';
import { writeCues } from '#playlists';
import { readTiles } from './storyboard-tiles.js';

const sheetTimeoutMs = 60_000;
const cuesPath = 'storyboard.vtt';

/**
 * Makes sheets of small tiles of a video, and a WebVTT file that maps times to tiles in the form that players read
 * (`sheet_001.jpg#xywh=x,y,width,height`). A short video is decoded once, and each tile shows the middle of its interval; for a
 * long one the keyframe before that is close enough, so that little of the file is read. A tile that cannot be decoded repeats
 * the one before it.
 *
 * @param work `outDir` receives `storyboard.vtt` and the sheets
 * @throws what `transcodeVideo` throws
 */
export async function makeStoryboard(work: VideoWork, spec: StoryboardSpec): Promise<MadeRendition> {
  const { tools, source, facts, outDir, signal } = work;
  const { video } = facts;
  if (!video) throw new LandfallError('media.no_stream', 'the file has no video');
  const plan = planStoryboard(facts, video, spec);
  const encoder = await chooseStillEncoder(tools, spec, signal);
  const workDir = await mkdtemp(join(outDir, 'tiles-'));
  const sheets: MadeFile[] = [];
  let tiles: Buffer[] = [];
  let count = 0;
  const finishSheet = async () => {
    if (tiles.length === 0) return;
    const path = `sheet_${String(sheets.length + 1).padStart(3, '0')}${encoder.ending}`;
    await writeSheet(work, { plan, encoder, workDir, path }, tiles);
    sheets.push({ path, mimeType: encoder.mimeType });
    tiles = [];
  };
  for await (const tile of readTiles({ tools, source, video, workDir, signal }, plan)) {
    count += 1;
    tiles.push(tile);
    if (tiles.length === plan.columns * plan.rows) await finishSheet();
  }
  await finishSheet();
  await rm(workDir, { recursive: true });
  if (count === 0) throw new LandfallError('media.damaged', 'no frame of the video can be decoded');

  const durationMs = facts.durationMs ?? Math.round(count * plan.intervalMs);
  const paths = sheets.map((sheet) => sheet.path);
  await writeFile(join(outDir, cuesPath), writeCues(plan, paths, count, durationMs));
  const { width, height, columns, rows, intervalMs } = plan;
  return {
    files: [{ path: cuesPath, mimeType: 'text/vtt' }, ...sheets],
    main: cuesPath,
    width: width * Math.min(count, columns),
    height: height * Math.min(rows, Math.ceil(count / columns)),
    durationMs,
    encoder: null,
    details: {
      tile: { width, height },
      columns,
      rows,
      tiles: count,
      sheets: sheets.length,
      intervalMs,
      exact: plan.exact,
    },
  };
}

/** The encoder, the folder for raw tiles and the path of one sheet. */
interface Sheet {
  readonly plan: StoryboardPlan;
  readonly encoder: StillEncoder;
  readonly workDir: string;
  readonly path: string;
}

/** Writes one sheet; the last one has only the rows it needs. */
async function writeSheet(
  { tools, outDir, signal }: VideoWork,
  { plan, encoder, workDir, path }: Sheet,
  tiles: readonly Buffer[],
): Promise<void> {
  const { width, height, columns } = plan;
  const raw = join(workDir, 'sheet.yuv');
  await writeFile(raw, Buffer.concat(tiles));
  const rows = Math.ceil(tiles.length / columns);
  await runTool({
    command: tools.ffmpegPath,
    task: 'storyboard',
    bounds: tools,
    args: [
      '-nostdin',
      '-nostats',
      '-hide_banner',
      '-y',
      ...options({ loglevel: 'error', protocol_whitelist: 'file' }),
      ...options({ f: 'rawvideo', pix_fmt: 'yuv420p', s: `${width}x${height}`, i: `file:${raw}` }),
      ...options({
        vf: `setparams=colorspace=smpte170m:range=tv,tile=${columns}x${rows},${encoder.filters}`,
        ...encoder.options,
        'frames:v': 1,
        f: 'image2',
        update: 1,
      }),
      path,
    ],
    source: raw,
    cwd: outDir,
    timeoutMs: sheetTimeoutMs,
    signal,
    otherwise: 'media.encoder_failed',
    nice: true,
  });
}
