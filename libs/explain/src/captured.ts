import { LandfallError } from '#runtime';
import { z } from 'zod';
import { showValue } from '#oss';

/** A captured callback request. */
export interface CapturedCallback {
  readonly method: string;
  /** Request target as received: path and query. */
  readonly rawTarget: string;
  /** Lower-case names; if a header is repeated, the first counts, as in the api. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** What a log line contains instead of the signature. */
  readonly logged?: LoggedFacts | undefined;
}

/**
 * What the api logs about a refused callback besides the request. Contains no signature and nothing
 * from which one could be made.
 */
export interface LoggedFacts {
  /** The source of the key that the api used, or why there was no key. */
  readonly keySource: string;
  /** Whether the key URL of the request did not matter. */
  readonly pinned: boolean;
  /** MD5 digest that was signed, in hex; null if it is unknown or would reveal hidden values. */
  readonly digest: string | null;
  readonly holds: boolean;
  /** What the api found with the whole request at hand. */
  readonly findings: readonly string[];
  /** The parts of the request that the log omits. */
  readonly hidden: readonly string[];
  /** Message and code of the error response. */
  readonly refusal: string;
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

const lineSchema = z.object({
  request: z.unknown(),
  err: z.object({ code: z.string(), message: z.string() }).optional(),
  signed: z
    .object({
      keySource: z.string(),
      pinned: z.boolean(),
      digest: z.stringFormat('md5', /^[\da-f]{32}$/).nullable(),
      holds: z.boolean(),
      findings: z.array(z.string()),
      hidden: z.array(z.string()),
    })
    .optional(),
});

/**
 * Reads a captured callback: a raw HTTP/1 request, or a JSON object `{method?, target, headers,
 * body | bodyBase64}`, alone or as member `request` of a log line. Of several log lines, the last
 * one with a request counts.
 * @throws LandfallError request.invalid
 */
export function readCapturedCallback(content: Buffer): CapturedCallback {
  const start = content.toString('utf8', 0, 16).trimStart();
  if (start === '') throw invalid('the file is empty');
  return start.startsWith('{') ? readJson(content.toString('utf8')) : readHttp(content);
}

function readJson(text: string): CapturedCallback {
  const value = parseLine(text) ?? lastRequestLine(text);
  if (value === undefined)
    throw invalid('the file begins with { but is neither JSON nor log lines with a request');
  const line = lineSchema.safeParse(value);
  const isLine = typeof value === 'object' && value !== null && 'request' in value;
  if (isLine && !line.success) throw invalid(describeIssues(line.error));
  const result = requestSchema.safeParse(isLine ? line.data?.request : value);
  if (!result.success) throw invalid(describeIssues(result.error));
  const { method, target, url, headers, body, bodyBase64 } = result.data;
  const { err, signed } = line.data ?? {};
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
    logged: signed && { ...signed, refusal: err ? `${err.message} (${err.code})` : 'not logged' },
  };
}

function describeIssues({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.join('.') || 'request'}: ${message}`).join('; ');
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function lastRequestLine(text: string): unknown {
  const lines = text.split('\n').filter((line) => line.includes('"request":{'));
  return lines.map(parseLine).findLast((value) => value !== undefined);
}

function readHttp(content: Buffer): CapturedCallback {
  const text = content.toString('latin1');
  const headEnd = /\r?\n\r?\n/.exec(text);
  if (!headEnd) throw invalid('no empty line follows the headers');
  const [first = '', ...lines] = text.slice(0, headEnd.index).split(/\r?\n/);
  const [, method, rawTarget] = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/.exec(first) ?? [];
  if (method === undefined || rawTarget === undefined)
    throw invalid(`line 1 is ${showValue(first)}; it must be a request line such as "POST /path HTTP/1.1"`);
  const headers: Record<string, string> = {};
  for (const [index, line] of lines.entries()) {
    const [, name, value] = /^([^\s:]+):(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined)
      throw invalid(`line ${index + 2} is ${showValue(line)}; it must be a header`);
    headers[name.toLowerCase()] ??= value.trim();
  }
  if (headers['transfer-encoding'])
    throw invalid('the body is chunked; capture it decoded, without transfer-encoding');
  return { method, rawTarget, headers, body: content.subarray(headEnd.index + headEnd[0].length) };
}

function invalid(detail: string): LandfallError {
  return new LandfallError('request.invalid', `the captured request cannot be read: ${detail}`);
}
