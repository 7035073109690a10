import { invalidArgument } from '#oss';
import { refusal } from '../wire/refusals.js';
import { readXml } from '../wire/xml.js';
import { childrenOf, invalidValue, textOf, textsOf } from '../wire/xml-values.js';

export interface CorsRule {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  readonly maxAgeS: string | undefined;
}

export interface CorsConfiguration {
  readonly rules: readonly CorsRule[];
  /** Whether every response gets `Vary: Origin`. */
  readonly variesByOrigin: boolean;
}

const maxRules = 20;
const methods = new Set(['GET', 'PUT', 'POST', 'DELETE', 'HEAD']);

/** Reads a stored configuration. */
export function readCors(text: string): CorsConfiguration {
  return readCorsRoot(readXml(text, 'CORSConfiguration'));
}

/** @throws OssRefusal MalformedXML, InvalidArgument */
export function readCorsRoot(root: Record<string, unknown>): CorsConfiguration {
  const rules = childrenOf(root, 'CORSRule').map(readRule);
  if (rules.length === 0) throw refusal('MalformedXML');
  if (rules.length > maxRules) throw invalidArgument('The CORS Rules num is beyond limit.');
  return { rules, variesByOrigin: textOf(root, 'ResponseVary') === 'true' };
}

function readRule(rule: Record<string, unknown>): CorsRule {
  const read = {
    origins: textsOf(rule, 'AllowedOrigin'),
    methods: textsOf(rule, 'AllowedMethod'),
    headers: textsOf(rule, 'AllowedHeader'),
    exposed: textsOf(rule, 'ExposeHeader'),
    maxAgeS: textOf(rule, 'MaxAgeSeconds'),
  };
  if (read.origins.length === 0 || read.methods.length === 0) throw refusal('MalformedXML');
  for (const [name, texts] of [
    ['AllowedOrigin', read.origins],
    ['AllowedHeader', read.headers],
  ] as const)
    for (const text of texts)
      if (text.split('*').length > 2) throw invalidValue(name, text, `${name} may have one * only.`);
  for (const text of read.exposed)
    if (text.includes('*')) throw invalidValue('ExposeHeader', text, 'ExposeHeader may not have a *.');
  for (const text of read.methods)
    if (!methods.has(text)) throw invalidValue('AllowedMethod', text, 'The CORS method is not supported.');
  const { maxAgeS } = read;
  if (maxAgeS !== undefined && !/^\d{1,9}$/.test(maxAgeS))
    throw invalidValue('MaxAgeSeconds', maxAgeS, 'MaxAgeSeconds must be from 0 to 999999999.');
  return read;
}

/** The first rule that allows this origin, this method and, in a preflight, these headers. */
export function findRule(
  { rules }: CorsConfiguration,
  origin: string,
  method: string,
  headers: readonly string[] = [],
): CorsRule | undefined {
  return rules.find(
    (rule) =>
      rule.origins.some((pattern) => matches(pattern, origin)) &&
      rule.methods.includes(method) &&
      headers.every((header) => rule.headers.some((pattern) => matches(pattern, header))),
  );
}

/** `pattern` contains at most one `*`; case-insensitive. */
function matches(pattern: string, text: string): boolean {
  const [before = '', after] = pattern.toLowerCase().split('*');
  const lower = text.toLowerCase();
  if (after === undefined) return lower === before;
  return lower.length >= before.length + after.length && lower.startsWith(before) && lower.endsWith(after);
}
