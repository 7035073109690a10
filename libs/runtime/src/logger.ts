import { pino, stdSerializers, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { LandfallError } from './landfall-error.js';

export type Logger = PinoLogger;

/** Never logged, wherever they stand: secrets, signatures and URLs that carry one. */
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
 * The process's logger: JSON lines, one field `app` that says which process speaks.
 * @param destination default standard output
 * @param fields asked at each line for what it says beside its own
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
 * An error of ours needs no stack: its code says where it comes from. What it was caused by is told in one line. Of a query that
 * failed the values are left out, which may be secrets, or a megabyte.
 */
function describeError(error: Error): object {
  if (!(error instanceof LandfallError) || error.code === 'internal.unexpected') {
    const shown: Record<string, unknown> = { ...stdSerializers.err(error) };
    // TypeORM's: the second repeats what the error says of itself.
    for (const name of ['parameters', 'driverError']) delete shown[name];
    return shown;
  }
  const { code, message, context, cause } = error;
  return { code, message, ...context, ...(cause instanceof Error ? { cause: cause.message } : {}) };
}

/** The same logger in the form Nest wants for its own few lines. */
export function nestLogger(logger: Logger) {
  const at = (level: 'info' | 'error' | 'warn' | 'debug') => (message: unknown, context?: unknown) =>
    logger[level]({ context }, String(message));
  return { log: at('debug'), error: at('error'), warn: at('warn'), debug: at('debug'), verbose: at('debug') };
}
