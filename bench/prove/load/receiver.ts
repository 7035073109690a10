import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { seededRandom } from '../random.js';
import type { Base } from '../parts/base.js';

/** Share of deliveries answered with 500, and share dropped without a response. */
const refusedShare = 0.02;
const droppedShare = 0.01;

/**
 * A webhook receiver. It verifies each delivery and records the event id before it responds. Like real receivers, it
 * refuses or drops some deliveries nevertheless.
 */
export class Receiver implements AsyncDisposable {
  readonly #ids: WriteStream;
  readonly #server: Server;
  readonly #random: () => number;
  #webhook: Webhook | undefined;
  /** Number of deliveries with an invalid signature. */
  forged = 0;

  private constructor(file: string, seed: number) {
    this.#ids = createWriteStream(file);
    this.#random = seededRandom(seed);
    this.#server = createServer((request, response) => {
      this.#receive(request, response).catch(() => request.destroy());
    });
  }

  /** @param file receives one line per delivery: the event id */
  static async open(file: string, seed: number): Promise<Receiver> {
    const receiver = new Receiver(file, seed);
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  /** Creates a webhook that sends all events here. */
  async subscribe({ apiUrl, apiKey }: Pick<Base, 'apiKey'> & { readonly apiUrl: string }): Promise<void> {
    const { port } = this.#server.address() as AddressInfo;
    const answer = await fetch(`${apiUrl}/v1/webhooks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ url: `http://127.0.0.1:${port}/` }),
    });
    if (!answer.ok) throw new Error(`no webhook: ${answer.status} ${await answer.text()}`);
    const { secret } = (await answer.json()) as { secret: string };
    this.#webhook = new Webhook(secret);
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const id = String(request.headers['webhook-id']);
    try {
      this.#webhook?.verify(body, request.headers as Record<string, string>);
    } catch (error) {
      if (!(error instanceof WebhookVerificationError)) throw error;
      this.forged += 1;
    }
    if (!this.#ids.write(`${id}\n`)) await once(this.#ids, 'drain');
    const luck = this.#random();
    if (luck < droppedShare) request.destroy();
    else response.writeHead(luck < droppedShare + refusedShare ? 500 : 204).end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    this.#ids.end();
    await once(this.#ids, 'close');
  }
}
