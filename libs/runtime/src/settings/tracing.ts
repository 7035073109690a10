import { z } from 'zod';
import { url } from './values.js';

/** OpenTelemetry's list format: `name=value,name=value`, with percent-encoded values. */
const pairs = z
  .string()
  .default('')
  .transform((text, context) => {
    const read: Record<string, string> = {};
    for (const pair of text.split(',').filter((part) => part.trim() !== '')) {
      const [, name, value] = /^\s*([\w.-]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
      const decoded = decode(value);
      // The message does not quote the text, which may contain a secret.
      if (name === undefined || decoded === null) {
        context.addIssue('must be name=value pairs with commas between them, the values percent-encoded');
        return z.NEVER;
      }
      read[name] = decoded;
    }
    return read;
  });

function decode(text: string | undefined): string | null {
  try {
    const decoded = text === undefined ? null : decodeURIComponent(text);
    return decoded !== null && /\p{Cc}/u.test(decoded) ? null : decoded;
  } catch {
    return null;
  }
}

const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** Tracing, with OpenTelemetry's own variable names. */
export const tracing = z.object({
  OTEL_EXPORTER_OTLP_ENDPOINT: url(/^https?$/, 'an http(s) URL')
    .optional()
    .describe(
      'URL of an OpenTelemetry collector, such as http://localhost:4318, to which traces are sent (OTLP over HTTP); unset, and without the next, there are no traces',
    ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url(/^https?$/, 'an http(s) URL')
    .optional()
    .describe('the same with the whole path, for a collector whose path is not /v1/traces'),
  OTEL_EXPORTER_OTLP_HEADERS: pairs.describe(
    'headers for the collector, such as its token: name=value pairs with commas between them, the values percent-encoded',
  ),
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .enum(
      ['http/protobuf', 'http/json'],
      'must be http/protobuf or http/json; grpc is not spoken, its collectors take http on port 4318 as a rule',
    )
    .default('http/protobuf')
    .describe('how spans are written'),
  OTEL_TRACES_SAMPLER: z
    .enum(samplers, `must be one of ${samplers.join(', ')}`)
    .default('parentbased_always_on')
    .describe(
      'which traces are recorded: always_on, always_off or traceidratio; with parentbased_ in front a client with a trace of its own decides about that',
    ),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number('must be a number from 0 to 1')
    .min(0, 'must be a number from 0 to 1')
    .max(1, 'must be a number from 0 to 1')
    .default(1)
    .describe('share of the traces that traceidratio records, from 0 to 1'),
  OTEL_SERVICE_NAME: z
    .string()
    .max(255)
    .optional()
    .describe('name of the process in traces; defaults to landfall-api and landfall-worker'),
  OTEL_RESOURCE_ATTRIBUTES: pairs.describe(
    'what else is said of the process in traces, such as deployment.environment.name=production: name=value pairs with commas between them',
  ),
});
