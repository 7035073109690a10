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
        context.addIssue('must be comma-separated name=value pairs with percent-encoded values');
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
      'URL of an OpenTelemetry collector, such as http://localhost:4318, to which traces are sent (OTLP over HTTP); tracing is off unless this or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is set',
    ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url(/^https?$/, 'an http(s) URL')
    .optional()
    .describe(
      'like OTEL_EXPORTER_OTLP_ENDPOINT but with the whole path, for a collector whose path is not /v1/traces',
    ),
  OTEL_EXPORTER_OTLP_HEADERS: pairs.describe(
    'headers for the collector, such as its token: comma-separated name=value pairs with percent-encoded values',
  ),
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .enum(
      ['http/protobuf', 'http/json'],
      'must be http/protobuf or http/json; grpc is not supported, but its collectors usually accept http on port 4318',
    )
    .default('http/protobuf')
    .describe('encoding of the spans'),
  OTEL_TRACES_SAMPLER: z
    .enum(samplers, `must be one of ${samplers.join(', ')}`)
    .default('parentbased_always_on')
    .describe(
      'which traces are recorded: always_on, always_off or traceidratio; with the prefix parentbased_, the decision of the client applies if it sends its own trace',
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
    'further attributes of the process in traces, such as deployment.environment.name=production: comma-separated name=value pairs',
  ),
});
