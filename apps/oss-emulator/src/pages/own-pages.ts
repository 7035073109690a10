import { OssRefusal } from '#oss';
import { writeHttp } from '../wire/shown-http.js';
import type { EmulatorState } from '../state/emulator-state.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { refusal } from '../wire/refusals.js';
import { bucketList } from './buckets.js';
import { callbackList } from './callbacks.js';
import { eventRuleList, replaceEventRules } from './event-rules.js';
import { eventList } from './events.js';
import { explainEntry } from './explanation.js';
import { faultList, replaceFaults } from './faults.js';
import { refuseForeignPages } from './guard.js';
import { pageScript } from './html/script.js';
import { pageStyle } from './html/style.js';
import { objectList } from './objects.js';
import { sendJson, sendOwn, show, type Answer } from './resource.js';

const routes: Readonly<Record<string, Readonly<Record<string, Answer>>>> = {
  '': { GET: showFirst },
  buckets: { GET: show(bucketList) },
  objects: { GET: show(objectList) },
  callbacks: { GET: show(callbackList) },
  events: { GET: show(eventList) },
  'events/rules': { GET: show(eventRuleList), PUT: replaceEventRules },
  faults: { GET: show(faultList), PUT: replaceFaults },
  'style.css': { GET: (exchange) => sendOwn(exchange, 'text/css; charset=utf-8', pageStyle) },
  'script.js': { GET: (exchange) => sendOwn(exchange, 'text/javascript; charset=utf-8', pageScript) },
};

/**
 * Serves the emulator's own pages and files, which require no signature.
 * @throws OssRefusal
 */
export async function answerOwnPage(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  const { method, objectKey } = exchange;
  refuseForeignPages(exchange, state.publicUrl.hostname);
  const [, number, part] = /^callbacks\/(\d{1,9})\/(request|explanation)$/.exec(objectKey) ?? [];
  const route =
    number === undefined
      ? Object.hasOwn(routes, objectKey) && routes[objectKey]
      : { GET: showEntry(Number(number), part === 'request') };
  if (!route) throw new OssRefusal(404, 'NoSuchPage', 'The emulator has no such page: see GET /-/.');
  const answer = route[method as 'GET'];
  if (!answer) throw refusal('MethodNotAllowed', { Method: method });
  await answer(exchange, state);
}

/** Always sends the start page as HTML, whatever the client prefers. */
function showFirst(exchange: AddressedExchange, state: EmulatorState): void | Promise<void> {
  return show(bucketList)({ ...exchange, headers: { ...exchange.headers, accept: 'text/html' } }, state);
}

function showEntry(number: number, asRequest: boolean): Answer {
  return (exchange, state) => {
    const entry = state.journal.find(number);
    if (!entry)
      throw new OssRefusal(404, 'NoSuchCallback', 'The journal has no such callback: see GET /-/callbacks.');
    if (asRequest) sendOwn(exchange, 'text/plain; charset=utf-8', writeHttp(entry.request));
    else sendJson(exchange, explainEntry(entry, state));
  };
}
