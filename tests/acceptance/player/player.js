/**
 * What the tests drive in a browser: one video element fed by hls.js or, for DASH, by Shaka Player, and a diary of every frame
 * that it showed. Each function answers with plain values, or fails within its time limit with all that is known.
 */

const limitMs = 30_000;
const video = document.querySelector('video');
const eyes = new OffscreenCanvas(2, 2).getContext('2d', { willReadFrequently: true });
eyes.imageSmoothingEnabled = false;

const diary = { frames: [], switches: [], fatal: [], audioTracks: 0 };
let engine;

/** The red values (0 to 255) in the middles of the quarters: top left, top right, bottom left, bottom right. */
function lookAtPicture() {
  eyes.drawImage(video, 0, 0, 2, 2);
  const { data } = eyes.getImageData(0, 0, 2, 2);
  return [0, 4, 8, 12].map((at) => data[at]);
}

function noteFrame(_now, { mediaTime, width, height }) {
  diary.frames.push({ atS: mediaTime, width, height, picture: lookAtPicture() });
  video.requestVideoFrameCallback(noteFrame);
}

/** Waits until `holds` after one of these events of `target`. */
function until(target, events, holds, what) {
  return new Promise((resolve, reject) => {
    const listener = () => {
      if (diary.fatal.length > 0) end(() => reject(new Error(`${what}: ${diary.fatal.join(', ')}`)));
      else if (holds()) end(resolve);
    };
    const timer = setTimeout(
      () => end(() => reject(new Error(`${what}: not within ${limitMs} ms; ${state()}`))),
      limitMs,
    );
    const end = (settle) => {
      clearTimeout(timer);
      for (const event of events) target.removeEventListener(event, listener);
      video.removeEventListener('playererror', listener);
      settle();
    };
    for (const event of events) target.addEventListener(event, listener);
    video.addEventListener('playererror', listener);
    listener();
  });
}

function state() {
  const { currentTime, duration, readyState, paused, videoWidth, error } = video;
  return JSON.stringify({
    currentTime,
    duration,
    readyState,
    paused,
    videoWidth,
    error: error?.message,
    ...diary,
  });
}

const untilTime = (seconds) =>
  until(
    video,
    ['timeupdate', 'ended'],
    () => video.currentTime >= seconds || video.ended,
    `playing until ${seconds} s`,
  );

window.player = {
  /** Loads a stream's lowest quality; gives its qualities, lowest first. */
  async open(url, apiKey) {
    video.requestVideoFrameCallback(noteFrame);
    const fail = (reason) => {
      diary.fatal.push(reason);
      video.dispatchEvent(new Event('playererror'));
    };
    const isDash = new URL(url).pathname.endsWith('.mpd');
    const start = isDash
      ? (await import('./dash-engine.js')).startDash
      : (await import('./hls-engine.js')).startHls;
    engine = await start({ video, url, apiKey, diary, fail });
    await until(video, ['loadeddata'], () => video.readyState >= 2, 'loading');
    engine.hold();
    return engine.qualities();
  },

  /** Plays until this time. */
  async playUntil(seconds) {
    await video.play();
    await untilTime(seconds);
  },

  /** Forces a quality, and plays on until its pictures are shown. */
  async switchTo(quality) {
    const { width } = engine.qualities()[quality];
    engine.show(quality);
    await until(
      video,
      ['resize', 'timeupdate'],
      () => diary.switches.at(-1) === quality && video.videoWidth === width,
      `quality ${quality}`,
    );
  },

  /** Seeks while it plays; gives the first picture that is shown from there. */
  async seek(seconds) {
    const before = diary.frames.length;
    video.currentTime = seconds;
    // Frames from before the seek may still be told of.
    const arrived = () => diary.frames.slice(before).find(({ atS }) => Math.abs(atS - seconds) < 0.5);
    await until(
      video,
      ['seeked', 'timeupdate'],
      () => !video.seeking && arrived() !== undefined,
      `seek to ${seconds} s`,
    );
    return arrived();
  },

  /** Plays to the end; gives everything that was seen. */
  async playToEnd() {
    await video.play();
    await until(video, ['ended'], () => video.ended, 'playing to the end');
    const { totalVideoFrames } = video.getVideoPlaybackQuality();
    return {
      ...diary,
      atS: video.currentTime,
      durationS: video.duration,
      decodedFrames: totalVideoFrames,
      // Only Chromium counts them.
      decodedAudioBytes: video.webkitAudioDecodedByteCount,
    };
  },
};
