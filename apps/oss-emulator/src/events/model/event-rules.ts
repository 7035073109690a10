import { z } from 'zod';
import { subscribable, type EventName } from './event-names.js';

/** The events that a rule selects. */
const selection = {
  events: z
    .array(z.enum(subscribable, 'must be an event such as ObjectCreated:PutObject or ObjectRemoved:*'))
    .min(1, 'must name an event')
    .max(50),
  prefix: z.string().max(1023).default(''),
  suffix: z.string().max(1023).default(''),
};
const url = z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).max(2048);
const retry = z
  .enum(['BACKOFF_RETRY', 'EXPONENTIAL_DECAY_RETRY'], 'must be BACKOFF_RETRY or EXPONENTIAL_DECAY_RETRY')
  .default('EXPONENTIAL_DECAY_RETRY');

const rule = z.discriminatedUnion('target', [
  z.strictObject({
    target: z.literal('smq'),
    url,
    format: z.enum(['XML', 'JSON', 'SIMPLIFIED'], 'must be XML, JSON or SIMPLIFIED').default('SIMPLIFIED'),
    retry,
    ...selection,
  }),
  z.strictObject({
    target: z.literal('eventbridge'),
    url,
    token: z.string().min(1).max(256).optional(),
    retry,
    ...selection,
  }),
  z.strictObject({
    target: z.literal('queue'),
    queue: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,119}$/, 'must be the name of a queue'),
    ...selection,
  }),
]);

/** At most 10, the limit of OSS per region. */
const rulesSchema = z.array(rule, 'must be a list').max(10);

export type EventRule = z.output<typeof rule>;

/** The rules, or a description of what is wrong with them. */
export type ReadRules = { readonly rules: readonly EventRule[] } | { readonly problem: string };

/** Reads a list of rules; an empty list sends nothing. */
export function readEventRules(value: unknown): ReadRules {
  const { data, error } = rulesSchema.safeParse(value);
  if (data) return { rules: data };
  const problems = error.issues.map(({ path, message }) => `${path.join('.') || 'rules'}: ${message}`);
  return { problem: problems.join('; ') };
}

/** Whether a rule matches this event and object key. */
export function wants({ events, prefix, suffix }: EventRule, name: EventName, key: string): boolean {
  const [kind = ''] = name.split(':');
  const isNamed = events.some((event) => event === name || event === `${kind}:*`);
  return isNamed && key.startsWith(prefix) && key.endsWith(suffix);
}

/** The destination of a rule: a URL, or the name of a queue. */
export const addressOf = (rule: EventRule) => (rule.target === 'queue' ? rule.queue : rule.url);
