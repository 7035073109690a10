import { z } from 'zod';

/** A span as a collector receives it. */
export interface ExportedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Null for the root span of a trace. */
  readonly parentId: string | null;
  readonly name: string;
  /** `service.name` of the process that made it. */
  readonly service: string;
  /** Milliseconds since 1970, with fractions. */
  readonly startMs: number;
  readonly endMs: number;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
  /** Ids of the linked traces. */
  readonly links: readonly string[];
  readonly hasFailed: boolean;
}

const value = z
  .object({
    stringValue: z.string(),
    boolValue: z.boolean(),
    intValue: z.coerce.number(),
    doubleValue: z.number(),
  })
  .partial()
  .transform(({ stringValue, boolValue, intValue, doubleValue }) => {
    return stringValue ?? boolValue ?? intValue ?? doubleValue ?? '';
  });
const attributes = z
  .array(z.object({ key: z.string(), value }))
  .default([])
  .transform((pairs) => Object.fromEntries(pairs.map((pair) => [pair.key, pair.value])));
const id = z.string().regex(/^[0-9a-f]{16,32}$/);
const nanoseconds = z.coerce.string().transform((text) => Number(BigInt(text) / 1_000n) / 1_000);
const span = z.object({
  traceId: id,
  spanId: id,
  parentSpanId: id.or(z.literal('')).optional(),
  name: z.string(),
  startTimeUnixNano: nanoseconds,
  endTimeUnixNano: nanoseconds,
  attributes,
  links: z.array(z.object({ traceId: id })).default([]),
  status: z.object({ code: z.number().default(0) }).default({ code: 0 }),
});
/** The parts of an OTLP export request in JSON that are read here. */
const request = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeSpans: z.array(z.object({ spans: z.array(span) })),
    }),
  ),
});

const failed = 2;

/** Reads the JSON body of an OTLP/HTTP trace export. @throws Error if it is malformed */
export function readSpans(body: string): ExportedSpan[] {
  const { resourceSpans } = request.parse(JSON.parse(body));
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans
      .flatMap(({ spans }) => spans)
      .map((one) => ({
        traceId: one.traceId,
        spanId: one.spanId,
        parentId: one.parentSpanId || null,
        name: one.name,
        service: String(resource.attributes['service.name'] ?? ''),
        startMs: one.startTimeUnixNano,
        endMs: one.endTimeUnixNano,
        facts: one.attributes,
        links: one.links.map(({ traceId }) => traceId),
        hasFailed: one.status.code === failed,
      })),
  );
}
