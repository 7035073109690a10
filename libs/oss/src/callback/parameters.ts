import { isUtf8 } from 'node:buffer';
import { decodeStrictBase64 } from '../wire/base64.js';
import { checkCallbackTemplate, type CallbackBodyType } from './template.js';
import { readCallbackUrls } from './url.js';
import { invalidArgument, type OssRefusal } from '../wire/oss-refusal.js';

/** The callback that an upload requests from OSS. */
export interface CallbackParameters {
  /** One to five, tried in order. */
  readonly urls: readonly string[];
  /** Value of the Host header; null means the host of each URL. */
  readonly host: string | null;
  /** The body template. */
  readonly body: string;
  readonly bodyType: CallbackBodyType;
  /** Whether TLS sends the server name (SNI). */
  readonly sni: boolean;
  /** Custom variables, including the `x:` prefix. */
  readonly vars: Readonly<Record<string, string>>;
}

const maxBase64Bytes = 5 * 1024;
const form = 'application/x-www-form-urlencoded';
const hostHeader = /^[A-Za-z0-9][A-Za-z0-9.-]*(:\d{1,5})?$/;

/**
 * Reads and validates `callback` and `callback-var` (base64 of JSON), as OSS does before it stores anything.
 * @returns undefined if `callbackUrl` is the empty string, which means no callback
 * @throws OssRefusal InvalidArgument
 */
export function readCallbackParameters(
  callback: string,
  callbackVar: string | undefined,
  { allowPrivateHosts = false } = {},
): CallbackParameters | undefined {
  const settings = readSettings(callback);
  if (settings['callbackUrl'] === '') return undefined;
  const urls = readCallbackUrls(textOf(settings['callbackUrl'], urlInvalid), allowPrivateHosts);
  if (urls.length === 0) throw urlInvalid();
  const body = textOf(settings['callbackBody'] ?? '', () =>
    invalidArgument('The callback body is invalid.', '0007-00000010'),
  );
  if (body === '') throw invalidArgument('The callback body is empty.', '0007-00000011');
  const bodyType = readBodyType(settings['callbackBodyType']);
  const host = readHost(settings['callbackHost']);
  const vars = callbackVar === undefined ? {} : readVars(callbackVar);
  const sni = readSni(settings['callbackSNI']);
  checkAdditionalHeaders(settings['additionalHeaders']);
  checkCallbackTemplate(body);
  return { urls, host, body, bodyType, sni, vars };
}

function urlInvalid(): OssRefusal {
  return invalidArgument('The callback url configuration is invalid.', '0007-00000004');
}

function textOf(value: unknown, refusal: () => OssRefusal): string {
  if (typeof value !== 'string') throw refusal();
  return value;
}

function readSettings(callback: string): Record<string, unknown> {
  if (callback.length > maxBase64Bytes)
    throw invalidArgument('The length of callback exceed max value.', '0007-00000001');
  const text = decodeText(callback);
  if (text === undefined)
    throw invalidArgument('The callback configuration is not base64 encoded.', '0007-00000002');
  const settings = parseJsonObject(text);
  if (!settings)
    throw invalidArgument('The callback configuration is not json format.', '0007-00000003', {
      ArgumentName: 'callback',
      ArgumentValue: text,
    });
  return settings;
}

function readVars(callbackVar: string): Record<string, string> {
  if (callbackVar.length > maxBase64Bytes)
    throw invalidArgument('The length of callback var exceed max value.', '0007-00000101');
  const text = decodeText(callbackVar);
  if (text === undefined) throw invalidArgument('The callback var is not base64 encoded.', '0007-00000102');
  const vars = parseJsonObject(text);
  if (!vars) throw invalidArgument('The callback var is not json format.', '0007-00000103');
  const notText = () => invalidArgument('The callback var is not expecten json.', '0007-00000104');
  return Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, textOf(value, notText)]));
}

function readBodyType(value: unknown): CallbackBodyType {
  const bodyType = textOf(value ?? form, () =>
    invalidArgument('The callback body type configuration is invalid.', '0007-00000012'),
  );
  if (bodyType === form || bodyType === 'application/json') return bodyType;
  throw invalidArgument('The body type of callback is not supported.');
}

function readHost(value: unknown): string | null {
  if (value === undefined || value === '') return null;
  if (typeof value === 'string' && hostHeader.test(value)) return value;
  throw invalidArgument('The callback host configuration is invalid.');
}

/** OSS documents that it refuses anything but true and false, but not the wording. */
function readSni(value: unknown = false): boolean {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw invalidArgument('The callback sni configuration is invalid.');
}

/**
 * Validates the headers, which are then dropped, because OSS reportedly does not send them. The wording is a guess, the
 * code is not.
 */
function checkAdditionalHeaders(value: unknown = {}): void {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const isGood =
    isObject &&
    Object.entries(value).every(([name, text]) => !/^x-oss-/i.test(name) && typeof text === 'string');
  if (!isGood) throw invalidArgument('The additional headers configuration is invalid.', '0007-00000026');
}

function decodeText(base64: string): string | undefined {
  const bytes = decodeStrictBase64(base64);
  return bytes && isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

function parseJsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value))
      : undefined;
  } catch {
    return undefined;
  }
}
