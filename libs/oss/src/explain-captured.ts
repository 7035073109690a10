import { LandfallError } from '#runtime';
import { z } from 'zod';
import { showValue } from './shown-value.js';

/** A callback request as somebody captured it. */
export interface CapturedCallback {
  readonly method: string;
  /** Request target as received: path and query. */
  readonly rawTarget: string;
  /** Lower-case names; of repeated headers the first counts, as in the api. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const headerValue = z.union([z.string(), z.tuple([z.string()], z.string())]);
const requestSchema = z
  .object({
    method: z.string().default('POST'),
    target: z.string().optional(),
    url: z.string().optional(),
    headers: z.record(z.string(), headerValue),
    body: z.string().optional(),
    bodyBase64: z.base64().optional(),
  })
  .refine(({ target, url }) => target ?? url, 'target (path and query) is missing');

/**
 * Reads a captured callback: a raw HTTP/1 request, or a JSON object `{method?, target, headers, body | bodyBase64}`, alone
 * or as member `request` of a log line.
 * @throws LandfallError request.invalid
 */
export function readCapturedCallback(content: Buffer): CapturedCallback {
  const start = content.toString('utf8', 0, 16).trimStart();
  if (start === '') throw invalid('the file is empty');
  return start.startsWith('{') ? readJson(content.toString('utf8')) : readHttp(content);
}

function readJson(text: string): CapturedCallback {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new LandfallError('request.invalid', 'the file begins with { and is not one JSON object', {
      cause,
    });
  }
  const line = z.object({ request: z.unknown() }).safeParse(value);
  const result = requestSchema.safeParse(line.data?.request ?? value);
  if (!result.success)
    throw invalid(
      result.error.issues.map(({ path, message }) => `${path.join('.') || 'request'}: ${message}`).join('; '),
    );
  const { method, target, url, headers, body, bodyBase64 } = result.data;
  return {
    method,
    rawTarget: target ?? url ?? '',
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name.toLowerCase(),
        typeof value === 'string' ? value : value[0],
      ]),
    ),
    body: bodyBase64 === undefined ? Buffer.from(body ?? '') : Buffer.from(bodyBase64, 'base64'),
  };
}

function readHttp(content: Buffer): CapturedCallback {
  const text = content.toString('latin1');
  const headEnd = /\r?\n\r?\n/.exec(text);
  if (!headEnd) throw invalid('no empty line ends the headers');
  const [first = '', ...lines] = text.slice(0, headEnd.index).split(/\r?\n/);
  const [, method, rawTarget] = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/.exec(first) ?? [];
  if (method === undefined || rawTarget === undefined)
    throw invalid(`line 1 is ${showValue(first)}; a request line such as "POST /path HTTP/1.1" is wanted`);
  const headers: Record<string, string> = {};
  for (const [index, line] of lines.entries()) {
    const [, name, value] = /^([^\s:]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined || value === undefined)
      throw invalid(`line ${index + 2} is ${showValue(line)}; a header is wanted`);
    headers[name.toLowerCase()] ??= value;
  }
  if (headers['transfer-encoding'])
    throw invalid('the body is chunked; capture it decoded, without transfer-encoding');
  return { method, rawTarget, headers, body: content.subarray(headEnd.index + headEnd[0].length) };
}

function invalid(detail: string): LandfallError {
  return new LandfallError('request.invalid', `the captured request cannot be read: ${detail}`);
}
