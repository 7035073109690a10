import { z } from 'zod';
import { flag, integer, list, url } from './values.js';

export const oss = z.object({
  OSS_ENDPOINT: url(/^https?$/, 'https://oss-<region>.aliyuncs.com').describe(
    'endpoint that the api and the workers use',
  ),
  OSS_PUBLIC_ENDPOINT: url(/^https?$/, 'an http(s) URL')
    .optional()
    .describe('endpoint in the URLs given to clients; defaults to OSS_ENDPOINT'),
  OSS_REGION: z
    .string('must be a region such as cn-hangzhou')
    .regex(/^[a-z0-9-]+$/)
    .describe('general region id, such as cn-hangzhou'),
  OSS_BUCKETS: list('')
    .pipe(
      z
        .array(z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, 'must be a bucket name'))
        .min(1, 'must contain at least one bucket'),
    )
    .describe('comma-separated buckets whose uploads are accepted'),
  OSS_ACCESS_KEY_ID: z.string('must be an access key id').min(1).describe('access key id of the RAM user'),
  OSS_ACCESS_KEY_SECRET: z
    .string('must be an access key secret')
    .min(1)
    .describe('access key secret of the RAM user'),
  OSS_SECURITY_TOKEN: z.string().optional().describe('STS token, if the access key is temporary'),
  OSS_PATH_STYLE: flag(false).describe(
    'puts the bucket into the path instead of the host name: for the emulator',
  ),
  OSS_TIMEOUT_MS: integer(60_000, 100, 600_000).describe(
    'time limit for one request to OSS, without its body',
  ),
  OSS_RENDITION_PREFIX: z
    .string()
    .regex(/^[\w.-]+(\/[\w.-]+)*\/$/, 'must be a key prefix that ends with /')
    .default('renditions/')
    .describe('key prefix of all renditions; uploads below it are ignored'),
  OSS_URL_LIFETIME_S: integer(3_600, 60, 604_800).describe('lifetime of the signed URLs given to clients'),
});
