import { resolve } from 'node:path';
import { options } from './command-line.js';

/** The only demuxers that may read an upload: none of them opens a second file or URL. */
const demuxers =
  'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,mxf,ogg,wav,w64,mp3,flac,aac,ac3,eac3,aiff,caf,amr,wv';

/** A silent object store is given up after this; ffmpeg counts in microseconds. */
const networkTimeoutUs = 30_000_000;

const localOptions = { protocol_whitelist: 'file' };
const remoteOptions = {
  protocol_whitelist: 'http,https,tcp,tls',
  rw_timeout: networkTimeoutUs,
  reconnect: 1,
  reconnect_on_network_error: 1,
  reconnect_delay_max: 4,
};

/** True for an http(s) URL, false for a local path. */
export function isRemote(source: string): boolean {
  return /^https?:\/\//i.test(source);
}

/**
 * The arguments that open one upload in ffmpeg and ffprobe: with its own protocols, the allowed demuxers and a limit
 * on the frames that are decoded. Whatever the bytes say, nothing but `source` is opened.
 */
export function inputArgs(source: string, maxPixels: number): string[] {
  const remote = isRemote(source);
  return options({
    ...(remote ? remoteOptions : localOptions),
    format_whitelist: demuxers,
    max_pixels: maxPixels,
    i: remote ? source : `file:${resolve(source)}`,
  });
}
