import './shaka.js';

const { shaka } = globalThis;

/** Begins to load a DASH stream in its lowest quality. */
export async function startDash({ video, url, diary, fail }) {
  const player = new shaka.Player();
  await player.attach(video);
  const byBitrate = () => player.getVariantTracks().toSorted((one, other) => one.bandwidth - other.bandwidth);
  player.addEventListener('error', ({ detail }) => fail(`shaka ${detail.code}`));
  player.addEventListener('variantchanged', ({ newTrack }) => {
    diary.switches.push(byBitrate().findIndex(({ id }) => id === newTrack.id));
  });
  player.configure({
    abr: { enabled: false, useNetworkInformation: false, defaultBandwidthEstimate: 1 },
    // Short, so that a seek back has to load again.
    streaming: { bufferingGoal: 2, rebufferingGoal: 0.1, bufferBehind: 0 },
  });
  await player.load(url);
  diary.audioTracks = player.getAudioTracks().length;
  return {
    qualities: () => byBitrate().map(({ width, height, frameRate }) => ({ width, height, frameRate })),
    hold: () => player.selectVariantTrack(byBitrate()[0], true),
    show: (quality) => player.selectVariantTrack(byBitrate()[quality], false),
  };
}
