import type { Config, Logger } from '#runtime';
import { setMaker } from './spans.js';

/**
 * Enables tracing for this process if the settings name a collector.
 * @param app the name of the process
 * @returns a function that exports the last spans and disables tracing; bounded in time, never rejects
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

/** Follows the OTLP specification: the traces endpoint as is, or the common endpoint plus `/v1/traces`. Null if disabled. */
function urlOf({
  exporterOtlpEndpoint,
  exporterOtlpTracesEndpoint,
  tracesSampler,
}: Config<'tracing'>['tracing']): string | null {
  if (tracesSampler === 'always_off') return null;
  if (exporterOtlpTracesEndpoint !== undefined) return exporterOtlpTracesEndpoint;
  return exporterOtlpEndpoint === undefined ? null : `${exporterOtlpEndpoint.replace(/\/$/, '')}/v1/traces`;
}
