import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pause } from '#runtime';

/**
 * `cut` resets existing and new connections; `slow` delays all data, like a long-distance line; `silent` passes
 * nothing on without an error, like a broken switch.
 */
export type LinkState = 'open' | 'cut' | 'slow' | 'silent';

const slowMs = 150;

/** The network between two parts: a TCP proxy that can be made to misbehave. */
export class Link implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #state: LinkState = 'open';
  #change = Promise.withResolvers<void>();

  private constructor(
    readonly name: string,
    private readonly targetPort: number,
  ) {
    this.#server = createServer({ allowHalfOpen: true }, (caller) => void this.#join(caller));
  }

  /** @param targetPort on 127.0.0.1; need not be listening yet */
  static async open(name: string, targetPort: number): Promise<Link> {
    const link = new Link(name, targetPort);
    await new Promise<void>((resolve, reject) => {
      link.#server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return link;
  }

  /** The port on which it listens, on 127.0.0.1. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  set(state: LinkState): void {
    this.#state = state;
    if (state === 'cut') for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.set('cut');
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #join(caller: Socket): Promise<void> {
    if (this.#state === 'cut') return void caller.resetAndDestroy();
    const called = connect({ port: this.targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    caller.setNoDelay(true);
    for (const socket of [caller, called]) {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    }
    // However one side ends, the other notices by the end of its own connection.
    await Promise.allSettled([
      pipeline(caller, this.#passage(), called),
      pipeline(called, this.#passage(), caller),
    ]);
    for (const socket of [caller, called]) socket.destroy();
  }

  #passage(): Transform {
    return new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        const pass = () => done(null, chunk);
        if (this.#state === 'open') pass();
        else void this.#holdBack(pass);
      },
    });
  }

  async #holdBack(pass: () => void): Promise<void> {
    if (this.#state === 'slow') await pause(slowMs);
    while (this.#state === 'silent') await this.#change.promise;
    pass();
  }
}
