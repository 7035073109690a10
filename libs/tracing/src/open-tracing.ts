import type { Config, Logger } from '#runtime';
import { setMaker } from './spans.js';

/**
 * Switches tracing on for this process if the settings name a collector.
 * @param app the name of the process
 * @returns what sends the last spans and switches off; it never rejects, and ends in time
 */
export async function openTracing(
  settings: Config<'tracing'>['tracing'],
  app: string,
  logger: Logger,
): Promise<() => Promise<void>> {
  const url = urlOf(settings);
  if (url === null) return async () => undefined;
  const { startSdk } = await import('./start-sdk.js');
  const { maker, shutdown } = startSdk(url, settings, app, logger);
  setMaker(maker);
  return async () => {
    setMaker(null);
    await shutdown();
  };
}

/** By the rules of OTLP: the endpoint of traces as it is, or that of all signals with a path. Null when off. */
function urlOf({
  exporterOtlpEndpoint,
  exporterOtlpTracesEndpoint,
  tracesSampler,
}: Config<'tracing'>['tracing']): string | null {
  if (tracesSampler === 'always_off') return null;
  if (exporterOtlpTracesEndpoint !== undefined) return exporterOtlpTracesEndpoint;
  return exporterOtlpEndpoint === undefined ? null : `${exporterOtlpEndpoint.replace(/\/$/, '')}/v1/traces`;
}
