import type { OssEvent } from '#media';
import { isLandfallError, LandfallError } from '#runtime';
import { maxKeyBytes, maxObjectBytes } from '../callback/fields.js';
import { normalizeEtag } from '../wire/etag.js';
import { showValue } from '../wire/shown-value.js';

/**
 * Events of landed and removed objects. Others are ignored: UploadPart and InitiateMultipartUpload create no object,
 * AppendObject creates an unfinished one, and a symlink has no content of its own.
 */
const changes = new Map<string, OssEvent['change']>([
  ['ObjectCreated:PutObject', 'landed'],
  ['ObjectCreated:PostObject', 'landed'],
  ['ObjectCreated:CopyObject', 'landed'],
  ['ObjectCreated:CompleteMultipartUpload', 'landed'],
  ['ObjectRemoved:DeleteObject', 'removed'],
  ['ObjectRemoved:DeleteObjects', 'removed'],
]);

interface ReadEvents {
  readonly events: OssEvent[];
  /** Number of events of other types. */
  readonly ignored: number;
  /** Errors of unreadable events: event.invalid. */
  readonly refusals: LandfallError[];
}

/**
 * Reads the events of a message: OSS's list for SMQ, `{"events":[…]}`, or one or several CloudEvents of EventBridge. An
 * unreadable event does not affect the others.
 * @throws LandfallError event.body_malformed if the message is neither
 */
export function readOssEvents(message: unknown): ReadEvents {
  const read = { events: [] as OssEvent[], ignored: 0, refusals: [] as LandfallError[] };
  for (const entry of entriesOf(message)) {
    try {
      const event = readEvent(entry);
      if (event) read.events.push(event);
      else read.ignored += 1;
    } catch (error) {
      if (!isLandfallError(error)) throw error;
      read.refusals.push(error);
    }
  }
  return read;
}

type Members = Readonly<Record<string, unknown>>;

function entriesOf(message: unknown): readonly unknown[] {
  if (Array.isArray(message)) return message;
  const { events, specversion, data } = membersOf(message);
  if (Array.isArray(events)) return events;
  if (specversion === undefined)
    throw new LandfallError('event.body_malformed', 'the message has neither events nor a specversion');
  const inner = membersOf(data)['events'];
  return Array.isArray(inner) ? inner : [message];
}

/** Null for an event that is neither a landing nor a removal. */
function readEvent(entry: unknown): OssEvent | null {
  const outer = membersOf(entry);
  // In a CloudEvent, `data` is the event, and `type` its name with a prefix.
  const event = outer['specversion'] === undefined ? outer : membersOf(outer['data']);
  const name = textOf(event['eventName']) ?? textOf(outer['type']);
  if (!name) throw invalid('eventName', event['eventName'], 'must be a name such as ObjectCreated:PutObject');
  const change = changes.get(name.replace(/^oss:/, ''));
  if (!change) return null;
  const oss = membersOf(event['oss']);
  const object = membersOf(oss['object']);
  // Published samples have it either beside or inside `oss`.
  const response = membersOf(event['responseElements'] ?? oss['responseElements']);
  return {
    name: name.replace(/^oss:/, ''),
    change,
    bucket: readText('bucket.name', membersOf(oss['bucket'])['name'], 63),
    objectKey: readText('object.key', object['key'], maxKeyBytes),
    etag: readEtag(object['eTag']),
    sizeBytes: readSize(object['size']),
    requestId: readRequestId(response['requestId']),
    eventTime: readTime(event['eventTime'] ?? outer['time']),
    vars: readVars(oss['xVars'] ?? event['xVars']),
  };
}

function readText(name: string, value: unknown, maxBytes: number): string {
  const text = textOf(value);
  if (!text || Buffer.byteLength(text) > maxBytes)
    throw invalid(name, value, `must be a text of 1 to ${maxBytes} bytes of UTF-8`);
  return storable(name, text);
}

/** Refuses what UTF-8 or a Postgres text cannot store. */
function storable(name: string, text: string): string {
  if (text.includes('\0') || !text.isWellFormed())
    throw invalid(name, text, 'must be well-formed Unicode without NUL');
  return text;
}

function readEtag(value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null;
  const etag = normalizeEtag(textOf(value) ?? '');
  if (!/^[\x21\x23-\x7e]{1,128}$/.test(etag))
    throw invalid('object.eTag', value, 'must be an ETag such as 5EB63BBBE01EEED093CB22BB8F5ACDC3');
  return etag;
}

function readSize(value: unknown): number | null {
  if (value === undefined || value === null || value === '') return null;
  const size = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || size > maxObjectBytes)
    throw invalid('object.size', value, `must be an integer from 0 to ${maxObjectBytes}`);
  return size;
}

function readRequestId(value: unknown): string | null {
  const text = textOf(value);
  return text && /^[\w-]{1,64}$/.test(text) ? text : null;
}

function readTime(value: unknown): Date | null {
  const time = new Date(textOf(value) ?? '');
  return Number.isNaN(time.getTime()) ? null : time;
}

function readVars(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(membersOf(value)).map(([field, content]): [string, string] => {
      const name = field.startsWith('x:') ? field.slice(2) : field;
      if (name === '' || typeof content === 'object')
        throw invalid(`xVars ${field}`, content, 'must have a name, and a text as its value');
      return [storable(`xVars ${field}`, name), storable(`xVars ${field}`, String(content))];
    }),
  );
}

function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function invalid(name: string, value: unknown, rule: string): LandfallError {
  const shown = typeof value === 'string' ? showValue(value) : typeof value;
  return new LandfallError('event.invalid', `${showValue(name)} is ${shown}; it ${rule}`);
}
