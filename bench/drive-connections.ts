import { connect, type Socket } from 'node:net';

/** Far above any answer of a server that works. */
const answerTimeoutMs = 10_000;

export interface Drive {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
}

export interface DriveResult {
  /** Answers with 200 and an id. */
  readonly answered: number;
  /** All other answers, with the first of them. */
  readonly refused: number;
  readonly firstRefusal: string | null;
  /** From the first request to the last answer. */
  readonly elapsedMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Part of one core that this process used: below 1, or it is what was measured. */
  readonly generatorCpu: number;
}

/**
 * Sends the requests over keep-alive connections, one at a time on each, until the time is over or all are sent, and
 * waits for the last answers.
 * @throws Error when a connection breaks, an answer cannot be read or takes over 10 s
 */
export async function driveConnections(requests: readonly Buffer[], drive: Drive): Promise<DriveResult> {
  const sockets = await Promise.all(
    Array.from({ length: drive.connections }, () => openConnection(drive.port)),
  );
  const latenciesMs = new Float64Array(requests.length);
  let next = 0;
  let answered = 0;
  let refused = 0;
  let firstRefusal: string | null = null;
  const count = (answer: string, latencyMs: number) => {
    latenciesMs[answered + refused] = latencyMs;
    if (isRecorded(answer)) answered += 1;
    else {
      refused += 1;
      firstRefusal ??= answer;
    }
  };
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const deadline = startedAt + drive.seconds * 1_000;
  try {
    await Promise.all(
      sockets.map((socket) =>
        converse(
          socket,
          () => (performance.now() < deadline && next < requests.length ? requests[next++] : undefined),
          count,
        ),
      ),
    );
  } finally {
    for (const socket of sockets) socket.destroy();
  }
  const elapsedMs = performance.now() - startedAt;
  const cpu = process.cpuUsage(cpuBefore);
  const sorted = latenciesMs.subarray(0, answered + refused).sort();
  return {
    answered,
    refused,
    firstRefusal,
    elapsedMs,
    p50Ms: sorted[Math.floor(sorted.length * 0.5)] ?? 0,
    p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
    generatorCpu: (cpu.user + cpu.system) / 1_000 / elapsedMs,
  };
}

function openConnection(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

/** One request after the other on one connection, until `take` has no more. */
function converse(
  socket: Socket,
  take: () => Buffer | undefined,
  count: (answer: string, latencyMs: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let sentAt = 0;
    let received = '';
    const send = () => {
      const request = take();
      if (!request) return resolve();
      sentAt = performance.now();
      socket.write(request);
    };
    socket.setTimeout(answerTimeoutMs, () => reject(new Error(`no answer within ${answerTimeoutMs} ms`)));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the server closed the connection')));
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      const length = answerLength(received);
      if (length === undefined || received.length < length) return;
      if (received.length > length)
        return reject(new Error(`more than one answer: ${received.slice(0, 500)}`));
      const answer = received;
      received = '';
      count(answer, performance.now() - sentAt);
      send();
    });
    send();
  });
}

/** Bytes of the whole answer; undefined until its head is there. */
function answerLength(received: string): number | undefined {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const contentLength = /\r\ncontent-length: (\d+)\r\n/i.exec(received)?.[1];
  if (contentLength === undefined)
    throw new Error(`an answer without Content-Length: ${received.slice(0, 500)}`);
  return headEnd + 4 + Number(contentLength);
}

function isRecorded(answer: string): boolean {
  return answer.startsWith('HTTP/1.1 200 ') && /"id":"[0-9a-f-]{36}"/.test(answer);
}
