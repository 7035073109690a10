import { defineErrors } from '#runtime';

/** Files that cannot be read or made, whichever room meets them: `image`, `video` or the worker itself. */
const mediaErrors = defineErrors({
  'media.type_mismatch': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The content is not what its name or type says',
  },
  'media.unsupported': { kind: 'unsupported', retry: 'never', message: 'This media format is not supported' },
  'media.damaged': { kind: 'unprocessable', retry: 'never', message: 'The media is damaged or incomplete' },
  'media.too_many_pixels': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The image or video has more pixels than this service processes',
  },
  'media.too_long': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The video or sound lasts longer than this service processes',
  },
  'media.timed_out': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The media took longer to process than allowed',
  },
  'media.too_complex': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The media needs more memory to be read than this service gives it',
  },
  'media.no_stream': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The file holds no video or audio that can be decoded',
  },
  'media.encoder_failed': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The encoder could not process this media',
  },
  'media.encoder_killed': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The encoder was ended from outside',
  },
  'media.output_too_large': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'What is made of the media takes more space than this service gives it',
  },
  'media.encoder_missing': {
    kind: 'unavailable',
    retry: 'never',
    message: 'ffmpeg is not installed on this worker',
  },
  'rendition.watermark_unusable': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The watermark of a rendition cannot be used',
  },
});

type MediaErrors = typeof mediaErrors;
declare global {
  interface LandfallErrors extends MediaErrors {}
}
