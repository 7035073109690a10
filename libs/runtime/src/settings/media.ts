import { z } from 'zod';
import { integer } from './values.js';

export const media = z.object({
  PIPELINES_FILE: z.string().default('pipelines.yaml').describe('path of the pipelines file'),
  MEDIA_SCRATCH_DIR: z
    .string()
    .optional()
    .describe('folder for temporary files; defaults to a folder in the system temporary directory'),
  MEDIA_MAX_BYTES: integer(5_368_709_120, 1_024, 53_687_091_200).describe(
    'maximum size of an object that is processed',
  ),
  MEDIA_SCRATCH_MAX_BYTES: integer(17_179_869_184, 1_048_576, 1_099_511_627_776).describe(
    'maximum number of bytes that one job keeps in scratch space: the original and everything made from it',
  ),
  IMAGE_MAX_BYTES: integer(209_715_200, 1_024, 2_147_483_648).describe(
    'maximum size of an image file that is processed',
  ),
  IMAGE_MAX_PIXELS: integer(200_000_000, 1_000, 2_000_000_000).describe(
    'maximum number of pixels of an image',
  ),
  IMAGE_MAX_FRAMES: integer(3_000, 1, 100_000).describe(
    'maximum number of frames of an animation if a rendition keeps them; IMAGE_MAX_PIXELS limits all frames together',
  ),
  IMAGE_TIMEOUT_MS: integer(60_000, 1_000, 600_000).describe('time limit for the renditions of one image'),
  VIDEO_TIMEOUT_MS: integer(10_800_000, 1_000, 86_400_000).describe(
    'time limit for the transcodes of one upload',
  ),
  VIDEO_CHUNK_S: integer(300, 1, 86_400).describe(
    'approximate length of a chunk; videos longer than twice this are encoded in chunks, by any worker',
  ),
  VIDEO_MAX_DURATION_S: integer(86_400, 1, 2_592_000).describe(
    'maximum duration of a video or audio file that is processed; some files claim years',
  ),
  VIDEO_MEMORY_MAX_BYTES: z.coerce
    .number('must be an integer')
    .int('must be an integer')
    .min(1_073_741_824)
    .optional()
    .describe(
      'maximum address space of one ffmpeg process, about two and a half times the memory it uses; defaults to the memory of the container per transcode job, from 2 to 8 GiB',
    ),
  VIDEO_ENCODER: z
    .enum(['software', 'vaapi', 'nvenc', 'qsv', 'auto'])
    .default('software')
    .describe(
      'hardware that encodes videos, tested when a worker starts; `auto` uses the first that works. Software encodes what the hardware cannot, and `details.fallback` of a rendition then says why',
    ),
  FFMPEG_PATH: z.string().default('ffmpeg').describe('path of the ffmpeg binary'),
  FFPROBE_PATH: z.string().default('ffprobe').describe('path of the ffprobe binary'),
});
