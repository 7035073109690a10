import { once } from 'node:events';
import { connect } from 'node:net';

const answerTimeoutMs = 20_000;

export interface RawAnswer {
  status: number;
  /** By name in lower case. */
  headers: Map<string, string>;
  body: string;
}

/**
 * Sends these bytes and reads one answer with a `Content-Length`. After `Expect: 100-continue` the
 * body waits for the 100.
 *
 * @throws if there is no such answer in time
 */
export async function sendRaw(host: string, head: string, body: Buffer): Promise<RawAnswer> {
  const { hostname, port } = new URL(`http://${host}`);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.setTimeout(answerTimeoutMs, () => socket.destroy(new Error(`no answer to\n${head}`)));
  try {
    await once(socket, 'connect');
    let received = Buffer.alloc(0);
    const chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    const readUntil = async (isEnough: () => boolean) => {
      while (!isEnough()) {
        const { value, done } = await chunks.next();
        if (done)
          throw new Error(`the connection ended after\n${received.toString()}\nin answer to\n${head}`);
        received = Buffer.concat([received, value]);
      }
    };
    const readHead = async () => {
      await readUntil(() => received.includes('\r\n\r\n'));
      const end = received.indexOf('\r\n\r\n');
      const [first = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n');
      received = received.subarray(end + 4);
      return { status: Number(first.split(' ')[1]), headers: readHeaders(lines) };
    };
    socket.write(head);
    let answer;
    if (head.includes('\r\nExpect: 100-continue\r\n')) {
      answer = await readHead();
      if (answer.status === 100) answer = undefined;
    }
    if (!answer) {
      socket.write(body);
      answer = await readHead();
    }
    const length = Number(answer.headers.get('content-length'));
    if (Number.isNaN(length)) throw new Error(`an answer without Content-Length to\n${head}`);
    await readUntil(() => received.length >= length);
    return { ...answer, body: received.subarray(0, length).toString() };
  } finally {
    socket.destroy();
  }
}

export const readHeaders = (lines: readonly string[]): Map<string, string> =>
  new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
