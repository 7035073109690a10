import type { AudioSpec, WaveformSpec } from '#pipelines';
import type { RenditionVersion, Upload } from '#uploads';
import {
  channelsOf,
  makeWaveforms,
  measureLoudness,
  transcodeAudio,
  type Loudness,
  type MediaFacts,
} from '#video';
import { makeEach } from '../make-each.js';
import { publishFiles } from '../../publish/publish-files.js';
import type { RunContext } from '../../runs/run-work.js';
import type { WorkerContext } from '../../worker-context.js';

/** An original in a folder of this job's own, and what it is. */
export interface OriginalAtHand {
  file: string;
  outDir: string;
  facts: MediaFacts;
}

/** Of what is pending, the renditions that are made of the sound alone. */
export function soundsOf(pending: readonly RenditionVersion[]): RenditionVersion[] {
  return pending.filter(({ kind }) => kind === 'audio' || kind === 'waveform');
}

/**
 * Makes what is wanted of the sound of an upload and publishes each part as it is made: all waveforms from one decode, and
 * the loudness measured once for all files with as many channels.
 */
export async function makeSounds(
  worker: WorkerContext,
  upload: Upload,
  sounds: readonly RenditionVersion[],
  original: OriginalAtHand,
  context: RunContext,
): Promise<void> {
  const { signal, report } = context;
  const { file, outDir, facts } = original;
  const { tools } = worker;
  const { video: limits } = worker.limits;
  const publish = (rendition: RenditionVersion, made: Parameters<typeof publishFiles>[3]) =>
    publishFiles(worker, upload, rendition, made, outDir, signal);

  const makeAllWaveforms = async (waveforms: readonly RenditionVersion[]) => {
    const specs = waveforms.map(({ spec }) => spec as WaveformSpec);
    const made = await makeWaveforms(tools, file, facts, specs, outDir, limits, signal, (progress) =>
      report(waveforms, progress),
    );
    for (const rendition of waveforms) {
      const result = made.get(rendition.name);
      if (result) await publish(rendition, result);
    }
  };

  const measured = new Map<number, Loudness>();
  const makeAudio = async (rendition: RenditionVersion) => {
    const spec = rendition.spec as AudioSpec;
    const channels = channelsOf(spec, facts);
    const loudness =
      measured.get(channels) ?? (await measureLoudness(tools, file, facts, limits, signal, channels));
    measured.set(channels, loudness);
    const tell = (progress: Parameters<typeof report>[1]) => report([rendition], progress);
    const made = await transcodeAudio(tools, file, facts, spec, outDir, limits, signal, tell, loudness);
    await publish(rendition, made);
  };

  const waveforms = sounds.filter(({ kind }) => kind === 'waveform');
  const audios = sounds.filter(({ kind }) => kind === 'audio');
  const parts = [...audios.map((audio) => [audio]), ...(waveforms.length > 0 ? [waveforms] : [])];
  await makeEach(worker, parts, context, async (part) => {
    if (part === waveforms) await makeAllWaveforms(part);
    else for (const audio of part) await makeAudio(audio);
  });
}
