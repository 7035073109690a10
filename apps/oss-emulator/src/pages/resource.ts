import type { EmulatorState } from '../state/emulator-state.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { send } from '../wire/responses.js';
import { ownHeaders } from './guard.js';
import type { Html } from './html/html.js';
import { writePage, type Page } from './html/layout.js';

export type Query = Readonly<Record<string, string>>;

/** Something that the emulator serves as JSON to programs and as a page to browsers. */
export interface Resource<Data> {
  readonly section: Page['section'];
  readonly refreshing?: boolean;
  /**
   * Reads the data, bounded in size whatever the query says.
   * @throws OssRefusal
   */
  read(query: Query, state: EmulatorState): Data;
  title(data: Data): string;
  render(data: Data, query: Query, state: EmulatorState): Html;
}

export type Answer = (exchange: AddressedExchange, state: EmulatorState) => void | Promise<void>;

/** Serves a resource as HTML if the client accepts it, otherwise as JSON. */
export function show<Data>(resource: Resource<Data>): Answer {
  return (exchange, state) => {
    const data = resource.read(exchange.query, state);
    if (!exchange.headers['accept']?.includes('text/html')) return sendJson(exchange, data);
    const { section, refreshing = false } = resource;
    const page = writePage({
      title: resource.title(data),
      section,
      refreshing,
      main: resource.render(data, exchange.query, state),
      rules: state.faults.report().rules,
    });
    sendOwn(exchange, 'text/html; charset=utf-8', page);
  };
}

export function sendJson(exchange: AddressedExchange, value: unknown): void {
  sendOwn(exchange, 'application/json', `${JSON.stringify(value, undefined, 2)}\n`);
}

/** Sends a body that pages of other origins cannot read. */
export function sendOwn(exchange: AddressedExchange, type: string, body: string): void {
  send(exchange, 200, { ...ownHeaders, 'content-type': type }, body);
}

/** A URL below `/-/`, without empty parameters. */
export function linkTo(path: string, query: Readonly<Record<string, string | number | undefined>>): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') given.set(name, String(value));
  return given.size > 0 ? `/-/${path}?${given}` : `/-/${path}`;
}
