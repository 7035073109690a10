import type { KeyObject } from 'node:crypto';
import { type CapturedCallback, type ExplainSettings } from '#explain';
import { describeRefused, recoverDigest } from '#explain';
import { maskSecrets, readKeyUrl } from '#oss';
import { isLandfallError, type LandfallError, type Logger } from '#runtime';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { ProblemReporter } from '../http/problem.filter.js';
import { pathOf } from '../http/request-path.js';
import { RefusalLimit } from '../limits/refusal-limit.js';
import { type ApiConfig, configToken, loggerToken } from '../tokens.js';
import { bodySettingsOf } from './body-settings.js';
import { CallbackKeys } from './callback-keys.js';
import { callbackOutcomes } from './callback-metrics.js';
import { KeptRefusals } from './kept-refusals.js';
import { readPublicKey } from './public-key-file.js';

const callbackPath = '/callbacks/oss';

/** Bounds the search for the cause of a mismatch to about ten milliseconds of hashing. */
const hashedBytesMax = 8_388_608;

/**
 * Logs and stores refused callbacks with the input that `landfall callback explain` needs. Anyone can
 * cause these lines, so each error code gets a few full lines per minute; the rest are counted and
 * logged in periodic summaries. Mismatches signed with the right key have a limit of their own, so
 * junk cannot crowd them out.
 */
@Injectable()
export class RefusedCallbacks implements ProblemReporter, OnModuleDestroy {
  private readonly pinnedKey: KeyObject | undefined;
  private readonly limit: RefusalLimit;

  constructor(
    @Inject(configToken) private readonly config: ApiConfig,
    private readonly keys: CallbackKeys,
    private readonly kept: KeptRefusals,
    @Inject(loggerToken) private readonly logger: Logger,
  ) {
    const file = config.callback.publicKeyFile;
    this.pinnedKey = file === undefined ? undefined : readPublicKey(file);
    this.limit = new RefusalLimit((refused) => logger.warn({ refused }, 'further callbacks refused'));
  }

  /** Counts and reports problems of callbacks. Internal errors are left to the filter's own log line. */
  report(request: FastifyRequest, error: LandfallError): boolean {
    if (isCallbackPath(request)) callbackOutcomes.count(error.code);
    if (!isCallback(request) || error.code === 'internal.unexpected') return false;
    this.tell(request, error);
    return true;
  }

  /** Logs and stores one refusal, or only counts it when its kind is over the limit. */
  private tell(request: FastifyRequest, { code, message, cause }: LandfallError): void {
    const captured = capture(request);
    const settings = this.settingsFor(captured);
    const isSigned = code === 'callback.signature_mismatch' && recoverDigest(captured, settings) !== null;
    const kind = isSigned ? 'signed' : code;
    if (!this.limit.take(kind)) return this.limit.count(code);
    const { 'x-oss-request-id': requestId, 'x-oss-bucket': bucket } = captured.headers;
    const line = {
      err: {
        code,
        message: maskSecrets(message).slice(0, 500),
        ...(cause instanceof Error ? { cause: maskSecrets(cause.message).slice(0, 200) } : {}),
      },
      requestId: requestId?.slice(0, 100),
      bucket: bucket?.slice(0, 100),
      ...describeRefused(captured, settings),
    };
    this.logger.warn(line, 'callback refused');
    this.kept.add({ kind, line, settings });
  }

  onModuleDestroy(): void {
    this.limit.tellCounts();
  }

  private settingsFor({ headers, rawTarget }: CapturedCallback): ExplainSettings {
    const { callback, http } = this.config;
    const publicUrl = http.publicUrl?.replace(/\/$/, '');
    return {
      ...this.findKey(headers['x-oss-pub-key-url']),
      pinned: this.pinnedKey !== undefined,
      allowedHosts: callback.keyHosts,
      pathPrefix: callback.pathPrefix,
      callbackUrl:
        publicUrl &&
        `${publicUrl}/callbacks/oss${/(?<=\/callbacks\/oss)\/[^/?]+/.exec(rawTarget)?.[0] ?? ''}${/\?.*/s.exec(rawTarget)?.[0] ?? ''}`,
      hashedBytesMax,
      body: bodySettingsOf(this.config),
    };
  }

  private findKey(header: string | undefined): Pick<ExplainSettings, 'key' | 'keySource'> {
    if (this.pinnedKey) return { key: this.pinnedKey, keySource: 'the key of CALLBACK_PUBLIC_KEY_FILE' };
    try {
      const url = readKeyUrl(header, this.config.callback.keyHosts);
      return { key: this.keys.peek(url), keySource: url.href };
    } catch (error) {
      return { key: undefined, keySource: isLandfallError(error) ? `none: ${error.code}` : 'none' };
    }
  }
}

/** Also recognizes, by its header, a callback that a proxy sent to another path. */
function isCallback(request: FastifyRequest): boolean {
  return isCallbackPath(request) || request.headers['x-oss-pub-key-url'] !== undefined;
}

/** Matches the path with or without a trailing secret. */
function isCallbackPath(request: FastifyRequest): boolean {
  const path = pathOf(request);
  return path === callbackPath || path.startsWith(`${callbackPath}/`);
}

function capture(request: FastifyRequest): CapturedCallback {
  return {
    method: request.method,
    rawTarget: request.raw.url ?? '',
    headers: Object.fromEntries(
      Object.entries(request.headers).flatMap(([name, value]): [string, string][] => {
        const first = Array.isArray(value) ? value[0] : value;
        return first === undefined ? [] : [[name, first]];
      }),
    ),
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
  };
}
