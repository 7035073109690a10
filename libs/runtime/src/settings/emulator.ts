import { z } from 'zod';
import { flag, integer, list, parseJson, url } from './values.js';

const bucketsByHost = list('')
  .refine(
    (parts) => parts.every((part) => /^[^=\s]+=[^=\s]+$/.test(part)),
    'must be such as media.example.com=landfall,static.example.com=assets',
  )
  .transform(
    (parts) =>
      new Map(
        parts.map((part): [string, string] => {
          const [host = '', bucket = ''] = part.split('=');
          return [host.toLowerCase(), bucket];
        }),
      ),
  );

const temporaryKey = z.object({
  accessKeyId: z.string().startsWith('STS.', 'must start with STS.'),
  accessKeySecret: z.string().min(1),
  securityToken: z.string().min(1),
  expiresAt: z.iso
    .datetime()
    .transform((text) => new Date(text))
    .optional(),
});

export const emulator = z.object({
  EMULATOR_HOST: z.string().default('127.0.0.1').describe('address the OSS emulator listens on'),
  EMULATOR_PORT: integer(9000, 0, 65_535).describe('port the OSS emulator listens on; 0 picks a free one'),
  EMULATOR_PUBLIC_URL: url(/^https?$/, 'an http(s) URL')
    .optional()
    .describe('URL at which others reach the emulator; defaults to http://localhost:<EMULATOR_PORT>'),
  EMULATOR_DATA_DIR: z.string().default('.landfall/oss').describe('folder that stores the emulated buckets'),
  EMULATOR_FSYNC: flag(true).describe(
    'whether the emulator confirms a change only once it is on disk; if false, a power failure may lose the last changes, but a crash of the process does not',
  ),
  EMULATOR_RESTORE_MS: integer(1_000, 0, 86_400_000).describe(
    'how long restoring an archived object takes in the emulator; OSS takes a minute to several hours',
  ),
  EMULATOR_REGION: z.string().default('cn-hangzhou').describe('region that the emulator reports'),
  EMULATOR_BUCKETS: list('landfall').describe('buckets that are created at startup'),
  EMULATOR_CNAMES: bucketsByHost.describe(
    'host names that stand for a bucket (CNAME): media.example.com=landfall,static.example.com=assets',
  ),
  EMULATOR_ACCESS_KEY_ID: z
    .string('must be an access key id')
    .min(1)
    .describe('access key id that the emulator accepts'),
  EMULATOR_ACCESS_KEY_SECRET: z
    .string('must be an access key secret')
    .min(1)
    .describe('access key secret that belongs to EMULATOR_ACCESS_KEY_ID'),
  EMULATOR_TEMPORARY_KEYS: z
    .string()
    .default('[]')
    .transform(parseJson)
    .pipe(z.array(temporaryKey, 'must be a JSON list'))
    .describe(
      'further access keys with a security token, as STS issues them: JSON list of {"accessKeyId": "STS.…", "accessKeySecret", "securityToken", "expiresAt"}; expiresAt, such as 2026-01-15T09:30:00Z, is optional',
    ),
  EMULATOR_EVENT_RULES: z
    .string()
    .default('[]')
    .transform(parseJson)
    .describe(
      'event notifications that the emulator sends: JSON list such as [{"target": "smq", "url": "http://localhost:3000/events/oss", "events": ["ObjectCreated:*", "ObjectRemoved:*"]}], described in docs/emulator.md',
    ),
  EMULATOR_FAULTS: z
    .string()
    .default('{}')
    .transform(parseJson)
    .describe(
      'faults that the emulator injects from startup: JSON such as {"seed": 1, "rules": [{"fault": "callback.drop", "every": 3}]}, described in docs/emulator.md',
    ),
});
