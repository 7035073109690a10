import type { ErrorCode } from '#runtime';
import { type Dispatcher, request } from 'undici';
import { checkUrl, type UrlRules } from '../network/url-rules.js';
import type { SigningSecret } from '../signing/secrets.js';
import { signDelivery } from '../signing/sign-delivery.js';
import { failureCodeOf } from './failure-codes.js';
import { readAnswer } from './read-answer.js';
import { retryAfterOf } from './retry-after.js';

/** A request to a webhook. */
export interface Outgoing {
  url: string;
  secrets: readonly SigningSecret[];
  eventId: string;
  body: string;
  /** Trace context of our span, which the receiver may continue; not signed. */
  traceparent?: string | undefined;
}

/** The result of an attempt. */
export interface AttemptResult {
  /** Null for success. */
  errorCode: ErrorCode | null;
  /** HTTP status; null without an answer. */
  status: number | null;
  /** The beginning of the answer's body; null without one. */
  answer: string | null;
  durationMs: number;
  /** Seconds to wait before the next request, as asked for by the receiver's Retry-After. */
  retryAfterS: number | null;
}

/** Settings for sending webhooks. */
export interface SendSettings {
  rules: UrlRules;
  dispatcher: Dispatcher;
  timeoutMs: number;
}

/**
 * Sends once. Never rejects: every failure is a result.
 * @param signal aborts the request
 */
export async function send(
  outgoing: Outgoing,
  settings: SendSettings,
  signal: AbortSignal,
): Promise<AttemptResult> {
  const startedAt = performance.now();
  const limit = AbortSignal.any([signal, AbortSignal.timeout(settings.timeoutMs)]);
  const result = await exchange(outgoing, settings, limit).catch((error: unknown) => ({
    ...nothing,
    errorCode: failureCodeOf(error, limit),
  }));
  return { ...result, durationMs: Math.round(performance.now() - startedAt) };
}

const nothing = { status: null, answer: null, retryAfterS: null };

async function exchange(
  { url, secrets, eventId, body, traceparent }: Outgoing,
  { rules, dispatcher, timeoutMs }: SendSettings,
  signal: AbortSignal,
): Promise<Omit<AttemptResult, 'durationMs'>> {
  const now = new Date();
  const answer = await request(checkUrl(url, rules), {
    dispatcher,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Landfall-Webhooks',
      ...(traceparent && { traceparent }),
      ...signDelivery(eventId, body, secrets, now),
    },
    body,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    signal,
  });
  const { statusCode, headers } = answer;
  return {
    errorCode: codeOfStatus(statusCode),
    status: statusCode,
    answer: await readAnswer(answer.body),
    retryAfterS: statusCode >= 400 ? retryAfterOf(headers['retry-after'], now) : null,
  };
}

function codeOfStatus(status: number): ErrorCode | null {
  if (status >= 200 && status < 300) return null;
  return status >= 300 && status < 400 ? 'delivery.redirected' : 'delivery.refused';
}
