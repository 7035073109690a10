import { resolve } from 'node:path';
import { options } from './command-line.js';

/** The demuxers allowed to read an upload: none of them opens a second file or URL. */
const demuxers =
  'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,mxf,ogg,wav,w64,mp3,flac,aac,ac3,eac3,aiff,caf,amr,wv,apng';

/** In microseconds, as ffmpeg expects. The range proxy retries a silent store and gives up sooner than this. */
const proxyTimeoutUs = 300_000_000;

const fileOptions = { protocol_whitelist: 'file' };
const proxyOptions = { protocol_whitelist: 'http,tcp', rw_timeout: proxyTimeoutUs };

/** True for the URL of a range proxy on this machine; anything else is treated as a local path. */
export function isRangeProxy(source: string): boolean {
  return /^http:\/\/127\.0\.0\.1:\d+\//.test(source);
}

/**
 * The arguments that open one upload in ffmpeg to decode its frames. Frames are not autorotated, because our own filters rotate
 * them, and a change of frame size does not reinitialise the filters, which would restart the frame count.
 */
export function decodeArgs(source: string, maxPixels: number): string[] {
  return ['-noautorotate', ...options({ 'reinit_filter:v': 0 }), ...inputArgs(source, maxPixels)];
}

/**
 * The arguments that open one upload in ffmpeg or ffprobe, restricted to the necessary protocols, the allowed demuxers and a
 * maximum frame size. Whatever the file contains, nothing but `source` is opened.
 */
export function inputArgs(source: string, maxPixels: number): string[] {
  const proxy = isRangeProxy(source);
  return options({
    ...(proxy ? proxyOptions : fileOptions),
    format_whitelist: demuxers,
    max_pixels: maxPixels,
    i: proxy ? source : `file:${resolve(source)}`,
  });
}
