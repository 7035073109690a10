/** Gaps become silence, so that the sound keeps its times; then it is mixed down to one or two channels. */
export function soundFilters(channels: number): string[] {
  return [
    'aresample=async=1:first_pts=0',
    `aformat=sample_rates=48000:channel_layouts=${channels === 1 ? 'mono' : 'stereo'}`,
  ];
}
