import { OssRefusal, invalidArgument } from '#oss';
import { writeHttp } from './journal.js';
import type { CallbackSender } from './callback-sender.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { refusal } from '../wire/refusals.js';
import { send } from '../wire/responses.js';

const maxLimit = 1000;

/**
 * The emulator's own pages, which require no signature: `GET /-/callbacks?limit=&key=` lists the
 * sent callbacks, newest first; `GET /-/callbacks/{number}/request` returns one as raw HTTP.
 * @throws OssRefusal
 */
export function answerOwnPage(exchange: AddressedExchange, { journal }: CallbackSender): void {
  const { method, objectKey, query } = exchange;
  if (method !== 'GET') throw refusal('MethodNotAllowed', { Method: method });
  if (objectKey === 'callbacks') {
    const items = journal.list(readLimit(query['limit']), query['key']);
    const json = { 'content-type': 'application/json' };
    return send(exchange, 200, json, `${JSON.stringify({ items }, undefined, 2)}\n`);
  }
  const [, number] = /^callbacks\/(\d{1,9})\/request$/.exec(objectKey) ?? [];
  const entry = number === undefined ? undefined : journal.find(Number(number));
  if (!entry)
    throw new OssRefusal(404, 'NoSuchCallback', 'The journal has no such callback: see GET /-/callbacks.');
  send(exchange, 200, { 'content-type': 'text/plain; charset=utf-8' }, writeHttp(entry.request));
}

function readLimit(text = '50'): number {
  if (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= maxLimit) return Number(text);
  throw invalidArgument(`limit must be from 1 to ${maxLimit}.`, undefined, {
    ArgumentName: 'limit',
    ArgumentValue: text,
  });
}
