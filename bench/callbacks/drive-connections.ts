import { Connection } from './connection.js';

export interface Drive {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /**
   * Sends at this rate regardless of the server; without it, each connection sends its next request after each
   * response.
   */
  readonly ratePerSecond?: number | undefined;
  /** Index of the first rendered request to send; defaults to 0. */
  readonly from?: number | undefined;
}

export interface DriveResult {
  /** Responses with status 200 and an id. */
  readonly answered: number;
  /** All other responses, and the first of them. */
  readonly refused: number;
  readonly firstRefusal: string | null;
  /** From the first request to the last response. */
  readonly elapsedMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Cores used by this process. Close to 1 means that the generator itself was the limit. */
  readonly generatorCpu: number;
}

/** Interval of the check for due requests; timers are no more precise than this. */
const dueIntervalMs = 1;

/**
 * Sends the requests over keep-alive connections, one at a time on each, until the time is up or all are sent, and
 * waits for the last responses. At a fixed rate, latency is measured from the time a request was due, including its
 * wait for a free connection, so that a stalling server cannot hide it.
 * @throws Error if a connection breaks, a response cannot be parsed, or a response takes longer than 10 s
 */
export async function driveConnections(requests: readonly Buffer[], drive: Drive): Promise<DriveResult> {
  const connections = await Promise.all(
    Array.from({ length: drive.connections }, () => Connection.open(drive.port)),
  );
  const tally = new Tally(requests.length);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const source = new RequestSource(requests, drive, startedAt);
  try {
    const broken = Promise.race(connections.map((connection) => connection.broken));
    const sent =
      drive.ratePerSecond === undefined
        ? Promise.all(connections.map((connection) => sendInTurn(connection, source, tally)))
        : sendWhenDue(connections, source, tally, { startedAt, ratePerSecond: drive.ratePerSecond });
    await Promise.race([sent, broken]);
  } finally {
    for (const connection of connections) connection.close();
  }
  const elapsedMs = performance.now() - startedAt;
  const cpu = process.cpuUsage(cpuBefore);
  return { ...tally.result(), elapsedMs, generatorCpu: (cpu.user + cpu.system) / 1_000 / elapsedMs };
}

class RequestSource {
  private next: number;
  private readonly deadline: number;

  constructor(
    private readonly requests: readonly Buffer[],
    drive: Drive,
    startedAt: number,
  ) {
    this.next = drive.from ?? 0;
    this.deadline = startedAt + drive.seconds * 1_000;
  }

  take(): Buffer | undefined {
    return performance.now() < this.deadline ? this.requests[this.next++] : undefined;
  }
}

class Tally {
  private readonly latenciesMs: Float64Array;
  private answered = 0;
  private refused = 0;
  private firstRefusal: string | null = null;

  constructor(answersMax: number) {
    this.latenciesMs = new Float64Array(answersMax);
  }

  count(answer: string, latencyMs: number): void {
    this.latenciesMs[this.answered + this.refused] = latencyMs;
    if (isRecorded(answer)) this.answered += 1;
    else {
      this.refused += 1;
      this.firstRefusal ??= answer;
    }
  }

  result() {
    const { answered, refused, firstRefusal } = this;
    const sorted = this.latenciesMs.subarray(0, answered + refused).sort();
    const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
    return { answered, refused, firstRefusal, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
  }
}

/** Sends requests sequentially on one connection until there are no more. */
function sendInTurn(connection: Connection, source: RequestSource, tally: Tally): Promise<void> {
  return new Promise((resolve) => {
    const send = () => {
      const request = source.take();
      if (!request) return resolve();
      const sentAt = performance.now();
      connection.send(request, (answer) => {
        tally.count(answer, performance.now() - sentAt);
        send();
      });
    };
    send();
  });
}

/** Sends each request when it is due, or as soon as a connection is free. */
function sendWhenDue(
  connections: readonly Connection[],
  source: RequestSource,
  tally: Tally,
  { startedAt, ratePerSecond }: { startedAt: number; ratePerSecond: number },
): Promise<void> {
  return new Promise((resolve) => {
    const free = [...connections];
    let sent = 0;
    let over = false;
    const dueAt = (index: number) => startedAt + (index * 1_000) / ratePerSecond;
    const send = () => {
      while (!over && dueAt(sent) <= performance.now()) {
        const connection = free.pop();
        if (!connection) return;
        const request = source.take();
        if (!request) {
          over = true;
          free.push(connection);
          break;
        }
        const due = dueAt(sent);
        sent += 1;
        connection.send(request, (answer) => {
          tally.count(answer, performance.now() - due);
          free.push(connection);
          send();
        });
      }
      if (over && free.length === connections.length) {
        clearInterval(timer);
        resolve();
      }
    };
    const timer = setInterval(send, dueIntervalMs);
  });
}

function isRecorded(answer: string): boolean {
  return answer.startsWith('HTTP/1.1 200 ') && /"id":"[0-9a-f-]{36}"/.test(answer);
}
