import { pino, stdSerializers, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { LandfallError } from './landfall-error.js';

export type Logger = PinoLogger;

/** Fields that are redacted in log lines, at the top level and up to two levels below. */
const secretPaths = [
  'authorization',
  'signature',
  'password',
  'secret',
  'accessKeySecret',
  'apiKey',
  'token',
].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/**
 * Creates the process's logger: JSON lines with a field `app` that names the process.
 * @param options `destination` defaults to standard output; `fields` is called for each line and adds its fields
 */
export function createLogger(
  app: string,
  level: string,
  { destination, fields }: { destination?: DestinationStream | undefined; fields?: () => object } = {},
): Logger {
  const options = {
    level,
    base: { app },
    serializers: { err: describeError },
    redact: { paths: secretPaths, censor: '[secret]' },
    timestamp: pino.stdTimeFunctions.isoTime,
    ...(fields && { mixin: fields }),
  };
  return destination ? pino(options, destination) : pino(options);
}

/**
 * Our own errors are logged without a stack, since their code tells where they come from, and with the message of their
 * cause. The parameters of a failed query are omitted: they may be secret, or a megabyte long.
 */
function describeError(error: Error): object {
  if (!(error instanceof LandfallError) || error.code === 'internal.unexpected') {
    const shown: Record<string, unknown> = { ...stdSerializers.err(error) };
    // Set by TypeORM; `driverError` only repeats the error itself.
    for (const name of ['parameters', 'driverError']) delete shown[name];
    return shown;
  }
  const { code, message, context, cause } = error;
  return { code, message, ...context, ...(cause instanceof Error ? { cause: cause.message } : {}) };
}

/** Adapts the logger to Nest's interface, for Nest's own few lines. */
export function nestLogger(logger: Logger) {
  const at = (level: 'info' | 'error' | 'warn' | 'debug') => (message: unknown, context?: unknown) =>
    logger[level]({ context }, String(message));
  return { log: at('debug'), error: at('error'), warn: at('warn'), debug: at('debug'), verbose: at('debug') };
}
