import { defineErrors } from '#runtime';

/** Errors of files that cannot be read or made, in `image`, `video` or the worker. */
const mediaErrors = defineErrors({
  'media.type_mismatch': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The content does not match the file name or content type',
  },
  'media.unsupported': { kind: 'unsupported', retry: 'never', message: 'This media format is not supported' },
  'media.damaged': { kind: 'unprocessable', retry: 'never', message: 'The media is damaged or incomplete' },
  'media.too_many_pixels': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The image or video has more pixels than this service accepts',
  },
  'media.too_long': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The video or audio is longer than this service accepts',
  },
  'media.timed_out': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'Processing the media took longer than allowed',
  },
  'media.too_complex': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'Reading the media needs more memory than this service allows',
  },
  'media.no_stream': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The file contains no video or audio that can be decoded',
  },
  'media.encoder_failed': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The encoder could not process this media',
  },
  'media.encoder_killed': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The encoder was killed by another process',
  },
  'media.output_too_large': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The renditions of the media need more space than this service allows',
  },
  'media.encoder_missing': {
    kind: 'unavailable',
    retry: 'never',
    message: 'ffmpeg is not installed on this worker',
  },
  'rendition.watermark_unusable': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The watermark of the rendition cannot be used',
  },
});

type MediaErrors = typeof mediaErrors;
declare global {
  interface LandfallErrors extends MediaErrors {}
}
