import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { pause } from '#runtime';

const probeEveryMs = 500;
const probeTimeoutMs = 2_000;

/**
 * Passes new connections to the ready apis in turn, like the Service of a cluster, according to their last readiness
 * probe. Open connections stay where they are, and nothing is retried.
 */
export class Balancer implements AsyncDisposable {
  readonly #server: Server;
  readonly #ready = new Map<number, boolean>();
  readonly #sockets = new Set<Socket>();
  readonly #closing = new AbortController();
  #next = 0;

  private constructor() {
    this.#server = createServer((caller) => this.#pass(caller));
  }

  static async open(): Promise<Balancer> {
    const balancer = new Balancer();
    balancer.#server.listen(0, '127.0.0.1');
    await once(balancer.#server, 'listening');
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Probes the api on this port from now on and passes connections to it while it is ready. */
  async add(port: number): Promise<void> {
    this.#ready.set(port, await probe(port));
    void this.#watch(port);
  }

  /** Removes an api, because its process has ended. */
  remove(port: number): void {
    this.#ready.delete(port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #watch(port: number): Promise<void> {
    const { signal } = this.#closing;
    for (;;) {
      await pause(probeEveryMs, signal);
      if (signal.aborted || !this.#ready.has(port)) return;
      const isReady = await probe(port);
      if (this.#ready.has(port)) this.#ready.set(port, isReady);
    }
  }

  #pass(caller: Socket): void {
    const ports = [...this.#ready].flatMap(([port, isReady]) => (isReady ? [port] : []));
    const port = ports[this.#next++ % ports.length];
    if (port === undefined) return void caller.resetAndDestroy();
    const called = connect({ port, host: '127.0.0.1', noDelay: true });
    caller.setNoDelay(true);
    for (const [socket, other] of [
      [caller, called],
      [called, caller],
    ] as const) {
      this.#sockets.add(socket);
      // The other side notices by the end of its own connection.
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.end();
      });
      socket.pipe(other);
    }
  }
}

async function probe(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(probeTimeoutMs),
    });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}
