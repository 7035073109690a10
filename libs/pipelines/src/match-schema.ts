import { type SourceKind, sourceKinds } from '#media';
import { z } from 'zod';
import { matchesGlob } from './glob.js';

/** A text or a list of texts, any of which may match. */
function oneOf(text: z.ZodString) {
  return z.union([text, z.array(text).min(1).max(100)], { error: (issue) => explain(text, issue.input) });
}

/** Describes the error of a text, or of the first invalid text in a list; zod reports only that no union member matches. */
function explain(text: z.ZodString, input: unknown): string {
  const wrong = (Array.isArray(input) ? input : [input]).find((value) => !text.safeParse(value).success);
  if (typeof wrong !== 'string') return 'must be a string or a list of strings; put quotes around a number';
  return `${wrong}: ${text.safeParse(wrong).error?.issues[0]?.message}`;
}

const mimeType = z
  .string()
  .regex(/^[a-z]+\/(\*|[a-z0-9][a-z0-9.+-]*)$/, 'must be a lower-case type such as image/png or image/*');
const bytes = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

export const matchSchema = z
  .strictObject({
    kind: z.enum(sourceKinds).describe('what the content of the file is; a `document` is a PDF'),
    mimeType: oneOf(mimeType)
      .optional()
      .describe('only this type, detected from the content; `image/*` matches every image'),
    bucket: oneOf(z.string().min(1)).optional().describe('only this bucket'),
    prefix: oneOf(z.string().min(1)).optional().describe('only object keys that begin with this'),
    key: oneOf(z.string().min(1).max(1_024))
      .optional()
      .describe(
        'only object keys that match this pattern: `?` is one character and `*` any number, except `/`; `**` is anything',
      ),
    vars: z
      .record(z.string(), oneOf(z.string()))
      .optional()
      .describe('only uploads whose vars have all of these values'),
    minBytes: bytes.optional().describe('only objects of this size or larger'),
    maxBytes: bytes.optional().describe('only objects of this size or smaller'),
  })
  .refine(({ minBytes = 0, maxBytes = Infinity }) => minBytes <= maxBytes, {
    path: ['maxBytes'],
    error: 'must not be less than minBytes: no object could match',
  });

/** The properties of an upload that pipelines match on. */
export interface Matchable {
  bucket: string;
  objectKey: string;
  kind: SourceKind | 'other';
  /** Detected from the content. */
  mimeType: string;
  vars: Readonly<Record<string, string>>;
  sizeBytes: number;
}

/** Whether an upload meets all conditions of `match`. */
export function matches(match: z.output<typeof matchSchema>, upload: Matchable): boolean {
  return (
    match.kind === upload.kind &&
    any(match.mimeType, (type) => isOfType(upload.mimeType, type)) &&
    any(match.bucket, (bucket) => bucket === upload.bucket) &&
    any(match.prefix, (prefix) => upload.objectKey.startsWith(prefix)) &&
    any(match.key, (glob) => matchesGlob(glob, upload.objectKey)) &&
    Object.entries(match.vars ?? {}).every(([name, values]) =>
      any(values, (value) => Object.hasOwn(upload.vars, name) && upload.vars[name] === value),
    ) &&
    upload.sizeBytes >= (match.minBytes ?? 0) &&
    upload.sizeBytes <= (match.maxBytes ?? Infinity)
  );
}

/** Whether one of the wanted texts matches; true if the condition is not set. */
function any(wanted: string | readonly string[] | undefined, does: (text: string) => boolean): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === 'string' ? does(wanted) : wanted.some(does);
}

function isOfType(mimeType: string, wanted: string): boolean {
  return wanted.endsWith('/*') ? mimeType.startsWith(wanted.slice(0, -1)) : mimeType === wanted;
}
