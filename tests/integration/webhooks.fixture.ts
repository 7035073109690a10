import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { EventSequencer, recordEvents } from '#events';
import { type Config, createLogger, loadConfig, newId } from '#runtime';
import { testDatabase, type TestDatabase } from '#testing';
import { Deliverer, Deliveries, placeDeliveries, urlRulesOf, Webhooks } from '#webhooks';
import { Webhook } from 'standardwebhooks';
import { newEvent } from './events.fixture.js';

const logger = createLogger('test', process.env['TEST_LOG_LEVEL'] ?? 'silent');

/** What a receiver got. */
export interface Received {
  id: string;
  type: string;
  uploadId: string | null;
  data: object;
  headers: Record<string, string>;
  body: string;
  at: number;
}

/** A backend that notes what it gets. */
export interface Receiver extends AsyncDisposable {
  url: string;
  received: Received[];
  /** The same for requests that are still open. */
  open(): number;
}

type Answer = (received: Received, response: ServerResponse) => void;

/** Answers 204 unless `answer` does otherwise. */
export async function startReceiver(
  answer: Answer = (_, response) => response.writeHead(204).end(),
): Promise<Receiver> {
  const received: Received[] = [];
  let open = 0;
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    open += 1;
    response.on('close', () => (open -= 1));
    const body = await text(request);
    const { id, type, uploadId, data } = JSON.parse(body) as Received;
    const one = {
      id,
      type,
      uploadId,
      data,
      headers: request.headers as Record<string, string>,
      body,
      at: Date.now(),
    };
    received.push(one);
    answer(one, response);
  };
  const server = createServer(
    (request, response) => void take(request, response).catch(() => response.destroy()),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    open: () => open,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Whether a receiver of Standard Webhooks would believe it. */
export function isVerified({ headers, body }: Received, secret: string): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

/** The settings of webhooks with short waits. */
const webhookSettings = (env: Record<string, string> = {}): Config<'webhooks'>['webhooks'] =>
  loadConfig(['webhooks'], { WEBHOOKS_ALLOW: '127.0.0.0/8', WEBHOOKS_RETRY_S: '1,1,1,1', ...env }).webhooks;

/** A database with a log that is placed, and workers that deliver. */
export interface DeliveryHouse extends AsyncDisposable {
  database: TestDatabase;
  webhooks: Webhooks;
  deliveries: Deliveries;
  startDeliverer(env?: Record<string, string>): Deliverer;
  /** Records one event for each upload, of the type. */
  record(uploads: readonly string[], type?: 'upload.processing' | 'upload.ignored'): Promise<string[]>;
  /** Makes a webhook that signs with `secret`. */
  hook(
    url: string,
    wishes?: { types?: 'upload.ignored'[]; ordered?: boolean },
  ): Promise<{ id: string; secret: string }>;
}

export async function startDeliveryHouse(): Promise<DeliveryHouse> {
  const database = await testDatabase();
  const sequencer = new EventSequencer(database.url, logger, placeDeliveries);
  sequencer.start();
  const deliverers: Deliverer[] = [];
  const webhooks = new Webhooks(database.source, urlRulesOf(webhookSettings()));
  return {
    database,
    webhooks,
    deliveries: new Deliveries(database.source),
    startDeliverer(env) {
      const deliverer = new Deliverer(
        { source: database.source, directUrl: database.url },
        webhookSettings(env),
        logger,
      );
      deliverers.push(deliverer);
      deliverer.start();
      return deliverer;
    },
    async record(uploads, type = 'upload.processing') {
      const events = uploads.map((uploadId) => newEvent({ uploadId, type }));
      await recordEvents(database.source.manager, events);
      return events.map(({ id }) => id);
    },
    async hook(url, { types = [], ordered = false } = {}) {
      const made = await webhooks.create({ url, description: '', types, ordered }, { kind: 'hmac' });
      return { id: made.id, secret: made.secrets[0]?.secret ?? '' };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(deliverers.map((deliverer) => deliverer.stop(0)));
      await sequencer.stop();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** Ids of uploads. */
export const newUploads = (count: number): string[] => Array.from({ length: count }, () => newId());
