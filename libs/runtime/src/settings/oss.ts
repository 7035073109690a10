import { z } from 'zod';
import { flag, integer, list, url } from './values.js';

/** Whether it is a valid CDN URL, in which `{bucket}` stands for the name of a bucket. */
function isCdnUrl(text: string): boolean {
  const example = text.replaceAll('{bucket}', 'bucket');
  const url = URL.parse(example);
  return url !== null && /^https?:$/.test(url.protocol) && !/[?#@{}]/.test(example);
}

const settings = z.object({
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
    'whether the bucket is in the path instead of the host name: for the emulator',
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
  OSS_CDN_URL: z
    .string()
    .refine(isCdnUrl, 'must be an http(s) URL such as https://media.example.com')
    .optional()
    .describe(
      'URL of the CDN whose origin is the bucket; {bucket} in it is replaced by the name of the bucket',
    ),
  OSS_CDN_KEY: z
    .string()
    .regex(/^[A-Za-z0-9]{6,128}$/, 'must be a key of 6 to 128 letters and digits')
    .optional()
    .describe('key for the URL signing of the CDN'),
  OSS_CDN_TYPE: z
    .enum(['A', 'B', 'C'], 'must be A, B or C')
    .default('A')
    .describe('type of URL signing configured at the CDN'),
  OSS_CDN_TTL_S: integer(1_800, 1, 31_536_000).describe(
    'validity period of signed URLs configured at the CDN',
  ),
});

/** Also checks that the settings of the CDN fit together: the CDN of a single bucket cannot serve another. */
export const oss = settings.check(({ value, issues }) => {
  const refuse = (name: keyof typeof value, message: string) =>
    issues.push({ code: 'custom', path: [name], message, input: value[name] });
  const { OSS_CDN_URL: cdnUrl, OSS_CDN_KEY: cdnKey } = value;
  if (cdnUrl !== undefined && cdnKey === undefined) refuse('OSS_CDN_KEY', 'must be set with OSS_CDN_URL');
  if (cdnUrl === undefined && cdnKey !== undefined) refuse('OSS_CDN_URL', 'must be set with OSS_CDN_KEY');
  if (cdnUrl !== undefined && !cdnUrl.includes('{bucket}') && value.OSS_BUCKETS.length > 1)
    refuse('OSS_CDN_URL', 'must contain {bucket}, because OSS_BUCKETS has several');
  // Type B counts in whole minutes, so a shorter-lived URL could expire as it is issued.
  if (cdnUrl !== undefined && value.OSS_CDN_TYPE === 'B' && value.OSS_URL_LIFETIME_S < 120)
    refuse('OSS_URL_LIFETIME_S', 'must be at least 120 with OSS_CDN_TYPE=B');
});
