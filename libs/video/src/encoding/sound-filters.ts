import type { AudioFacts } from '../facts/media-facts.js';

/** Of so many channels ffmpeg guesses which is which when the file does not tell. */
const guessedMax = 8;

/** Gaps become silence, so that the sound keeps its times; then it is mixed down to one or two channels. */
export function soundFilters(audio: AudioFacts, channels: number): string[] {
  return [
    ...spreadChannels(audio, channels),
    'aresample=async=1:first_pts=0',
    `aformat=sample_rates=48000:channel_layouts=${channels === 1 ? 'mono' : 'stereo'}`,
  ];
}

/**
 * Many channels of which nobody says where they stand, as a recorder of a stage writes them: all are heard, every other one at
 * the left, with gains that never clip.
 */
function spreadChannels({ channels, channelLayout }: AudioFacts, wanted: number): string[] {
  if (channelLayout || channels <= guessedMax) return [];
  const all = Array.from({ length: channels }, (_, at) => at);
  const sumOf = (some: number[]) => some.map((at) => `c${at}`).join('+');
  const outputs = wanted === 1 ? [all] : [all.filter((at) => at % 2 === 0), all.filter((at) => at % 2 === 1)];
  const mixed = outputs.map((some, at) => `c${at}<${sumOf(some)}`);
  return [`pan=${wanted === 1 ? 'mono' : 'stereo'}|${mixed.join('|')}`];
}
