import { connect, type Socket } from 'node:net';

/** Far above any answer of a server that works. */
const answerTimeoutMs = 10_000;

/**
 * A keep-alive connection that takes one request at a time.
 * Whatever goes wrong with it, `broken` rejects: a connection that breaks, an answer that cannot be read or takes over 10 s.
 */
export class Connection {
  readonly broken: Promise<never>;
  private breakWith: (reason: Error) => void = () => {};
  private received = '';
  private done: ((answer: string) => void) | undefined;

  private constructor(private readonly socket: Socket) {
    this.broken = new Promise((_, reject) => {
      this.breakWith = reject;
    });
    // Whoever waits for it is told; nobody may be waiting any more.
    this.broken.catch(() => {});
    socket.setTimeout(answerTimeoutMs, () => {
      if (this.done) this.breakWith(new Error(`no answer within ${answerTimeoutMs} ms`));
    });
    socket.once('error', this.breakWith);
    socket.once('close', () => this.breakWith(new Error('the server closed the connection')));
    socket.on('data', (chunk) => this.receive(chunk));
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => {
        socket.off('error', reject);
        resolve(new Connection(socket));
      });
      socket.once('error', reject);
    });
  }

  /** Sends a whole request; `done` is told the whole answer. */
  send(request: Buffer, done: (answer: string) => void): void {
    this.done = done;
    this.socket.write(request);
  }

  close(): void {
    this.socket.destroy();
  }

  private receive(chunk: Buffer): void {
    this.received += chunk.toString('latin1');
    const length = answerLength(this.received);
    if (length === undefined || this.received.length < length) return;
    const { received: answer, done } = this;
    this.received = '';
    this.done = undefined;
    if (!done || answer.length > length)
      this.breakWith(new Error(`more than one answer: ${answer.slice(0, 500)}`));
    else done(answer);
  }
}

/** Bytes of the whole answer; undefined until its head is there. @throws Error without a length */
function answerLength(received: string): number | undefined {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const contentLength = /\r\ncontent-length: (\d+)\r\n/i.exec(received)?.[1];
  if (contentLength === undefined)
    throw new Error(`an answer without Content-Length: ${received.slice(0, 500)}`);
  return headEnd + 4 + Number(contentLength);
}
