import { resolve } from 'node:path';
import { options } from './command-line.js';

/** The only demuxers that may read an upload: none of them opens a second file or URL. */
const demuxers =
  'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,mxf,ogg,wav,w64,mp3,flac,aac,ac3,eac3,aiff,caf,amr,wv,apng';

/** The range proxy asks a silent store again and gives it up sooner; ffmpeg counts in microseconds. */
const proxyTimeoutUs = 300_000_000;

const fileOptions = { protocol_whitelist: 'file' };
const proxyOptions = { protocol_whitelist: 'http,tcp', rw_timeout: proxyTimeoutUs };

/** True for the URL of a range proxy on this machine; anything else is taken for a local path. */
export function isRangeProxy(source: string): boolean {
  return /^http:\/\/127\.0\.0\.1:\d+\//.test(source);
}

/**
 * The arguments that open one upload in ffmpeg for its frames: not turned, since our own filters do that, and through the
 * same filters when their size changes in the middle. Filters that begin anew would count the frames from the start again.
 */
export function decodeArgs(source: string, maxPixels: number): string[] {
  return ['-noautorotate', ...options({ 'reinit_filter:v': 0 }), ...inputArgs(source, maxPixels)];
}

/**
 * The arguments that open one upload in ffmpeg and ffprobe: with its own protocols, the allowed demuxers and a limit
 * on the frames that are decoded. Whatever the bytes say, nothing but `source` is opened.
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
