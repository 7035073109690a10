import { hostname } from 'node:os';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { type Config, type Logger, pause } from '#runtime';
import { ExportWatch } from './export-watch.js';
import { samplerOf } from './sampler.js';
import { SpanMaker } from './span-maker.js';
import { TraceDraw } from './trace-draw.js';

type Settings = Config<'tracing'>['tracing'];

/** Queue limit, beyond which spans are dropped: some seconds of a busy worker, about 2 MB. */
const waitingMax = 2_048;
const batchMax = 512;
const batchEveryMs = 1_000;
/** For one batch, including the exporter's retries. */
const exportTimeoutMs = 5_000;
/** For the last spans: an unreachable collector must not delay the shutdown. */
const shutdownTimeoutMs = 1_500;
const factMaxLength = 256;

/**
 * Starts the OpenTelemetry SDK.
 * @returns the span maker, and a function that exports the last spans, bounded in time and never rejecting
 */
export function startSdk(
  url: string,
  settings: Settings,
  app: string,
  logger: Logger,
): { maker: SpanMaker; shutdown: () => Promise<void> } {
  const Exporter = settings.exporterOtlpProtocol === 'http/json' ? JsonExporter : ProtobufExporter;
  const exporter = new Exporter({
    url,
    headers: settings.exporterOtlpHeaders,
    timeoutMillis: exportTimeoutMs,
  });
  const sampler = samplerOf(settings);
  const draw = new TraceDraw(sampler);
  const watch = new ExportWatch(new URL(url).host, logger);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': settings.serviceName ?? `landfall-${app}`,
      'service.instance.id': `${hostname()}-${process.pid}`,
      ...settings.resourceAttributes,
    }),
    sampler,
    idGenerator: draw,
    spanLimits: { attributeValueLengthLimit: factMaxLength },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: watch.watch(exporter),
        maxQueueSize: waitingMax,
        maxExportBatchSize: batchMax,
        scheduledDelayMillis: batchEveryMs,
        exportTimeoutMillis: exportTimeoutMs,
      }),
    ],
  });
  const shutdown = async () => {
    // The watch logs failures.
    const ended = provider.shutdown().catch(() => undefined);
    const late = await Promise.race([ended, pause(shutdownTimeoutMs).then(() => true)]);
    if (late) watch.failed(0, new Error(`no answer within ${shutdownTimeoutMs} ms at the end`));
  };
  return { maker: new SpanMaker(provider.getTracer('landfall'), draw), shutdown };
}
