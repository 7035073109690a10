import Hls from './hls.mjs';

/**
 * Begins to load an HLS stream in its lowest quality.
 * @param apiKey goes with requests for keys, and with those alone
 */
export function startHls({ video, url, apiKey, diary, fail }) {
  const hls = new Hls({
    startLevel: 0,
    // Short, so that a seek back has to load again.
    maxBufferLength: 2,
    maxMaxBufferLength: 2,
    backBufferLength: 0,
    // No second try: a key that is refused is refused at once.
    keyLoadPolicy: { default: { maxTimeToFirstByteMs: 8_000, maxLoadTimeMs: 20_000 } },
    xhrSetup(request, address) {
      if (apiKey && new URL(address).pathname.endsWith('/key'))
        request.setRequestHeader('authorization', `Bearer ${apiKey}`);
    },
  });
  const { Events } = Hls;
  hls.on(Events.ERROR, (_event, { fatal, details, response }) => {
    if (fatal) fail(`${details} ${response?.code ?? ''}`.trim());
  });
  hls.on(Events.LEVEL_SWITCHED, (_event, { level }) => diary.switches.push(level));
  hls.on(Events.AUDIO_TRACKS_UPDATED, (_event, { audioTracks }) => (diary.audioTracks = audioTracks.length));
  hls.loadSource(url);
  hls.attachMedia(video);
  return {
    qualities: () => hls.levels.map(({ width, height, frameRate }) => ({ width, height, frameRate })),
    hold: () => (hls.loadLevel = 0),
    show: (quality) => (hls.nextLevel = quality),
  };
}
