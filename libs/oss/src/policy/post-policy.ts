import { OssRefusal, accessDenied } from '../wire/oss-refusal.js';

/** One condition on a form field. */
type PolicyCondition =
  | { readonly kind: 'eq' | 'starts-with'; readonly field: string; readonly value: string }
  | { readonly kind: 'in' | 'not-in'; readonly field: string; readonly value: readonly string[] };

/** A form policy: what a form may upload, and until when. */
export interface PostPolicy {
  readonly expiration: Date;
  readonly conditions: readonly PolicyCondition[];
  /** Allowed file size in bytes, inclusive. */
  readonly sizeRange: { readonly minBytes: number; readonly maxBytes: number };
}

/**
 * Reads the JSON of a form policy.
 * @throws OssRefusal InvalidPolicyDocument
 */
export function parsePostPolicy(json: string): PostPolicy {
  const { expiration, conditions } = parseDocument(json);
  const date = readExpiration(expiration);
  if (conditions === undefined) throw invalid('Policy document missing conditions.', '0006-00000207');
  if (!Array.isArray(conditions)) throw invalid('Conditions must be a list.', '0006-00000214');
  let sizeRange = { minBytes: 0, maxBytes: Number.POSITIVE_INFINITY };
  const fieldConditions: PolicyCondition[] = [];
  for (const condition of conditions as unknown[]) {
    const range = readSizeRange(condition);
    if (range) {
      const minBytes = Math.max(sizeRange.minBytes, range.minBytes);
      sizeRange = { minBytes, maxBytes: Math.min(sizeRange.maxBytes, range.maxBytes) };
    } else fieldConditions.push(readCondition(condition));
  }
  return { expiration: date, conditions: fieldConditions, sizeRange };
}

function parseDocument(json: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw invalid(`Invalid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('Invalid JSON: the policy must be an object.');
  return Object.fromEntries(Object.entries(value));
}

const gmtTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

function readExpiration(value: unknown): Date {
  const date = typeof value === 'string' && gmtTime.test(value) ? new Date(value) : undefined;
  // A day that the month does not have would roll over into the next month.
  if (date && date.toJSON()?.slice(0, 19) === String(value).slice(0, 19)) return date;
  throw invalid('Invalid expiration: must be a time in GMT such as 2026-01-15T09:30:00.000Z.');
}

function readSizeRange(condition: unknown): PostPolicy['sizeRange'] | undefined {
  if (!Array.isArray(condition) || condition[0] !== 'content-length-range') return undefined;
  const [, minBytes, maxBytes] = condition as unknown[];
  if (!Number.isSafeInteger(minBytes) || !Number.isSafeInteger(maxBytes) || condition.length !== 3)
    throw invalid('Invalid content-length-range.', '0006-00000218');
  return { minBytes: Number(minBytes), maxBytes: Number(maxBytes) };
}

function readCondition(condition: unknown): PolicyCondition {
  if (Array.isArray(condition)) return readListCondition(condition as unknown[]);
  const members = typeof condition === 'object' && condition !== null ? Object.entries(condition) : [];
  const [field, value] = members[0] ?? [];
  if (members.length !== 1 || field === undefined || typeof value !== 'string')
    throw invalid(
      'Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.',
      '0006-00000216',
    );
  return { kind: 'eq', field: field.toLowerCase(), value: unescapeDollar(value) };
}

function readListCondition(condition: unknown[]): PolicyCondition {
  const [kind, name, value] = condition;
  if (condition.length !== 3 || typeof name !== 'string' || !name.startsWith('$'))
    throw invalid('Invalid condition.', '0006-00000218');
  const field = name.slice(1).toLowerCase();
  if ((kind === 'eq' || kind === 'starts-with') && typeof value === 'string')
    return { kind, field, value: unescapeDollar(value) };
  if (
    (kind === 'in' || kind === 'not-in') &&
    Array.isArray(value) &&
    value.every((one) => typeof one === 'string')
  )
    return { kind, field, value: value.map(unescapeDollar) };
  throw invalid('Invalid condition.', '0006-00000218');
}

function unescapeDollar(value: string): string {
  return value.replaceAll('\\$', '$');
}

function invalid(reason: string, ec?: string): OssRefusal {
  return new OssRefusal(400, 'InvalidPolicyDocument', `Invalid Policy: ${reason}`, { ec });
}

/**
 * Checks a form against its policy, except for the file size. Fields that no condition names are allowed. A field that
 * occurs more than once, also in different case, must meet its conditions each time, because OSS does not document
 * which occurrence counts.
 * @param fields by name as sent, with one value or all of them
 * @throws OssRefusal AccessDenied
 */
export function checkPostConditions(
  policy: PostPolicy,
  fields: Readonly<Record<string, string | readonly string[]>>,
  bucket: string,
  now: Date,
): void {
  if (policy.expiration.getTime() < now.getTime())
    throw accessDenied('Invalid according to Policy: Policy expired.');
  const given = new Map<string, string[]>();
  for (const [name, value] of Object.entries(fields)) {
    const values = given.get(name.toLowerCase()) ?? [];
    values.push(...[value].flat());
    given.set(name.toLowerCase(), values);
  }
  given.set('bucket', [bucket]);
  for (const condition of policy.conditions) {
    const values = given.get(condition.field) ?? [undefined];
    if (values.every((value) => isMet(condition, value))) continue;
    const shown = JSON.stringify([condition.kind, `$${condition.field}`, condition.value]).replaceAll(
      '","',
      '", "',
    );
    throw accessDenied(`Invalid according to Policy: Policy Condition failed: ${shown}`);
  }
}

function isMet(condition: PolicyCondition, value: string | undefined): boolean {
  switch (condition.kind) {
    case 'not-in':
      return value === undefined || !condition.value.includes(value);
    case 'in':
      return value !== undefined && condition.value.includes(value);
    case 'eq':
      return value === condition.value;
    case 'starts-with':
      return (value ?? '').startsWith(condition.value);
  }
}

/**
 * Checks the file size of a form.
 * @throws OssRefusal EntityTooSmall, EntityTooLarge
 */
export function checkPostSize({ sizeRange }: PostPolicy, sizeBytes: number): void {
  if (sizeBytes < sizeRange.minBytes)
    throw new OssRefusal(
      400,
      'EntityTooSmall',
      'Your proposed upload smaller than the minimum allowed size.',
    );
  if (sizeBytes > sizeRange.maxBytes)
    throw new OssRefusal(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size.');
}
