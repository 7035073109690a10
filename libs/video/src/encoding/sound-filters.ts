import type { AudioFacts } from '../facts/media-facts.js';

/** Up to this many channels, ffmpeg guesses the layout if the file does not state it. */
const guessedMax = 8;

/** Fills gaps with silence, so that the sound keeps its timing, and mixes down to one or two channels. */
export function soundFilters(audio: AudioFacts, channels: number): string[] {
  return [
    ...spreadChannels(audio, channels),
    'aresample=async=1:first_pts=0',
    `aformat=sample_rates=48000:channel_layouts=${channels === 1 ? 'mono' : 'stereo'}`,
  ];
}

/**
 * Mixes many channels without a stated layout, as stage recorders write them: all are audible, alternating left and right, with
 * gains that never clip.
 */
function spreadChannels({ channels, channelLayout }: AudioFacts, wanted: number): string[] {
  if (channelLayout || channels <= guessedMax) return [];
  const all = Array.from({ length: channels }, (_, at) => at);
  const sumOf = (some: number[]) => some.map((at) => `c${at}`).join('+');
  const outputs = wanted === 1 ? [all] : [all.filter((at) => at % 2 === 0), all.filter((at) => at % 2 === 1)];
  const mixed = outputs.map((some, at) => `c${at}<${sumOf(some)}`);
  return [`pan=${wanted === 1 ? 'mono' : 'stereo'}|${mixed.join('|')}`];
}
