import { connect, type Socket } from 'node:net';

/** Far above the response time of any working server. */
const answerTimeoutMs = 10_000;

/**
 * A keep-alive connection with one request at a time. `broken` rejects if the connection breaks, a response cannot be
 * parsed, or a response takes longer than 10 s.
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
    // Prevents an unhandled rejection when nothing awaits it any more.
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

  /** Sends a complete request and passes the complete response to `done`. */
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

/**
 * Length of the complete response; undefined until its headers have arrived.
 * @throws Error if it has no Content-Length
 */
function answerLength(received: string): number | undefined {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const contentLength = /\r\ncontent-length: (\d+)\r\n/i.exec(received)?.[1];
  if (contentLength === undefined)
    throw new Error(`an answer without Content-Length: ${received.slice(0, 500)}`);
  return headEnd + 4 + Number(contentLength);
}
