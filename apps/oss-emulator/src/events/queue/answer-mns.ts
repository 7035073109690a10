import { createHash, timingSafeEqual } from 'node:crypto';
import { mnsVersion, readReceiptHandles, signMnsRequest, writeMnsError, writeQueueMessages } from '#oss';
import type { AddressedExchange } from '../../wire/exchange.js';
import { ownNamespace } from '../../wire/own-namespace.js';
import { readText } from '../../wire/read-body.js';
import { send } from '../../wire/responses.js';
import { writeXml, type XmlElement } from '../../wire/xml.js';
import type { Events } from '../events.js';
import { MnsRefusal } from './mns-refusal.js';
import type { StoredMessage } from './queue-messages.js';

const maxBatch = 16;
const maxWaitS = 30;
const maxBodyBytes = 64 * 1024;
/** Maximum difference between the Date of a request and the clock. */
const dateWindowMs = 15 * 60_000;

/** The parts of the emulator that serve queues. */
export interface MnsEmulator {
  readonly events: Events;
  /** The secret of an access key; undefined if the key is unknown. */
  readonly findSecret: (accessKeyId: string) => string | undefined;
  /** Aborts when the emulator closes. */
  readonly closing: AbortSignal;
}

/** Whether a request is addressed to SMQ, which has its own signatures: `/-/mns/queues/<name>/messages`. */
export function isMnsRequest({
  bucket,
  objectKey,
}: Pick<AddressedExchange, 'bucket' | 'objectKey'>): boolean {
  return bucket === ownNamespace && objectKey.startsWith('mns/');
}

/** Answers BatchReceiveMessage, DeleteMessage and BatchDeleteMessage. */
export async function answerMns(exchange: AddressedExchange, emulator: MnsEmulator): Promise<void> {
  try {
    checkSignature(exchange, emulator);
    const [, queue] = /^mns\/queues\/([^/]+)\/messages$/.exec(exchange.objectKey) ?? [];
    if (queue === undefined || !emulator.events.hasQueue(queue))
      throw new MnsRefusal(404, 'QueueNotExist', 'The queue you provided does not exist.');
    if (exchange.method === 'GET') await receive(exchange, queue, emulator);
    else if (exchange.method === 'DELETE') await remove(exchange, queue, emulator);
    else throw new MnsRefusal(405, 'MethodNotAllowed', 'The emulator only hands out and deletes messages.');
  } catch (error) {
    if (!(error instanceof MnsRefusal)) throw error;
    sendMns(exchange, error.status, writeMnsError(error.code, error.message));
  }
}

/** @throws MnsRefusal */
function checkSignature({ method, incoming, headers }: AddressedExchange, { findSecret }: MnsEmulator): void {
  const given = headers['authorization'] ?? '';
  const [, accessKeyId = ''] = /^MNS ([^:]+):/.exec(given) ?? [];
  const accessKeySecret = findSecret(accessKeyId);
  if (accessKeySecret === undefined)
    throw new MnsRefusal(403, 'InvalidAccessKeyId', 'The AccessKeyId you provided does not exist.');
  const date = Date.parse(headers['x-mns-date'] ?? headers['date'] ?? '');
  if (!(Math.abs(Date.now() - date) <= dateWindowMs))
    throw new MnsRefusal(
      403,
      'TimeExpired',
      'The Date of the request is missing, or more than 15 minutes off.',
    );
  const target = incoming.url ?? '';
  const expected = signMnsRequest({ method, target, headers }, { accessKeyId, accessKeySecret });
  const digest = (text: string) => createHash('sha256').update(text).digest();
  if (!timingSafeEqual(digest(given), digest(expected)))
    throw new MnsRefusal(403, 'SignatureDoesNotMatch', 'The signature does not match the request.');
}

/** `GET ?numOfMessages=&waitseconds=`: waits until a message arrives or the time is up. */
async function receive(exchange: AddressedExchange, queue: string, emulator: MnsEmulator): Promise<void> {
  const { query, outgoing } = exchange;
  const limit = readNumber(query, 'numOfMessages', [1, maxBatch]);
  const waitS = readNumber({ waitseconds: '0', ...query }, 'waitseconds', [0, maxWaitS]);
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  const end = AbortSignal.any([gone.signal, emulator.closing]);
  const untilMs = Date.now() + waitS * 1_000;
  const messages = await take({ queue, limit, untilMs, end }, emulator.events);
  if (messages.length === 0) throw new MnsRefusal(404, 'MessageNotExist', 'Message not exist.');
  sendMns(exchange, 200, writeQueueMessages(messages));
}

interface Taking {
  readonly queue: string;
  readonly limit: number;
  readonly untilMs: number;
  /** Aborts when the client is gone or the emulator closes. */
  readonly end: AbortSignal;
}

async function take(
  { queue, limit, untilMs, end }: Taking,
  { queues }: Events,
): Promise<readonly StoredMessage[]> {
  for (;;) {
    if (end.aborted) return [];
    const timeUp = new AbortController();
    // Subscribes before it looks, so that no arrival in between is missed.
    const arrived = queues.arrival(queue, AbortSignal.any([end, timeUp.signal]));
    const { messages, nextAtMs } = await queues.receive(queue, limit);
    const now = Date.now();
    const timer = setTimeout(() => timeUp.abort(), Math.max(Math.min(untilMs, nextAtMs ?? untilMs) - now, 0));
    if (messages.length > 0 || now >= untilMs) timeUp.abort();
    await arrived;
    clearTimeout(timer);
    if (messages.length > 0 || now >= untilMs) return messages;
  }
}

/** `DELETE ?ReceiptHandle=`, or with a list of receipt handles in the body. */
async function remove(exchange: AddressedExchange, queue: string, { events }: MnsEmulator): Promise<void> {
  const { ReceiptHandle: single } = exchange.query;
  if (single !== undefined) {
    const [unknown] = await events.queues.delete(queue, [single]);
    if (unknown !== undefined) throw new MnsRefusal(404, 'MessageNotExist', 'Message not exist.');
    return sendMns(exchange, 204);
  }
  const handles = readReceiptHandles(await readText(exchange, maxBodyBytes, 'EntityTooLarge'));
  if (!handles || handles.length === 0 || handles.length > maxBatch)
    throw new MnsRefusal(400, 'MalformedXML', 'The XML you provided was not well-formed.');
  const unknown = await events.queues.delete(queue, handles);
  if (unknown.length === 0) return sendMns(exchange, 204);
  const errors = unknown.map((handle): XmlElement => {
    const message = 'The receipt handle you provided has expired or does not exist.';
    return [
      'Error',
      [
        ['ErrorCode', 'ReceiptHandleError'],
        ['ErrorMessage', message],
        ['ReceiptHandle', handle],
      ],
    ];
  });
  sendMns(exchange, 404, writeXml(['Errors', errors]));
}

function sendMns(exchange: AddressedExchange, status: number, body = ''): void {
  const { requestId } = exchange;
  const own = { 'x-mns-request-id': requestId, 'x-mns-version': mnsVersion };
  send(exchange, status, { ...own, ...(body && { 'content-type': 'text/xml;charset=utf-8' }) }, body);
}

/** @throws MnsRefusal InvalidArgument */
function readNumber(
  query: Readonly<Record<string, string>>,
  name: string,
  [min, max]: readonly [number, number],
): number {
  const text = query[name] ?? '';
  if (/^\d{1,3}$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text);
  throw new MnsRefusal(400, 'InvalidArgument', `${name} must be a number from ${min} to ${max}.`);
}
