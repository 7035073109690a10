import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { verifyCallbackSignature } from '#oss';
import type { AppProcess } from '#testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callbackPath, formType, useCallbackEndpoint } from './callback-endpoint.fixture.js';

const runs = Number(process.env['FUZZ_RUNS'] ?? 3_000);
const inFlight = 20;

interface Sent {
  target: string;
  headers: Record<string, string>;
  body: Buffer;
}

/** mulberry32: the same numbers from the same seed, on every machine. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const entry = useCallbackEndpoint(512);
let api: AppProcess;
beforeAll(async () => {
  api = await entry.startApi({ LOG_LEVEL: 'silent', CALLBACK_KEY_TIMEOUT_MS: '2000' });
});
const agent = new Agent({ keepAlive: true, maxSockets: inFlight });
afterAll(() => agent.destroy());

function signed(body: Buffer, target = callbackPath, type = formType): Sent {
  return {
    target,
    body,
    headers: {
      'content-type': type,
      authorization: entry.sign(target, body),
      'x-oss-pub-key-url': entry.keyUrl(),
    },
  };
}

const goodBody = (run: number) =>
  Buffer.from(
    `bucket=landfall&object=fuzz%2F${run}.jpg&etag=D41D8CD98F00B204E9800998ECF8427E&size=10&x:run=${run}`,
  );
const jsonBody = (run: number) =>
  Buffer.from(`{"bucket":"landfall","object":"fuzz/${run}.jpg","etag":"E","size":10,"x:run":${run}}`);
const types = [
  '',
  'text/plain',
  'application/json',
  `${formType};charset=gbk`,
  'multipart/form-data',
  ';',
  'a/b;=',
  'application/json;q="',
];

/** One mutated request. Bodies that are signed after their mutation may be stored or refused; all else must be refused. */
function mutate(run: number, below: (limit: number) => number): Sent {
  const isJson = below(2) === 0;
  const type = isJson ? 'application/json' : formType;
  const body = isJson ? jsonBody(run) : goodBody(run);
  const sent = signed(body, callbackPath, type);
  const flip = (bytes: Buffer) => {
    for (let count = 1 + below(4); count > 0; count -= 1) {
      const at = below(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
    }
    return bytes;
  };
  const changeText = (text: string) => {
    const at = below(text.length);
    const sign = String.fromCharCode(33 + below(94));
    return (
      [text.slice(0, at), text.slice(0, at) + sign + text.slice(at + 1), sign + text, text + sign][
        below(4)
      ] ?? ''
    );
  };
  const names = Object.keys(sent.headers);
  const name = names[below(names.length)] ?? '';
  switch (below(9)) {
    case 0:
      return { ...sent, body: flip(Buffer.from(body)) };
    case 1:
      return { ...sent, body: body.subarray(0, below(body.length)) };
    case 2:
      return { ...sent, body: Buffer.concat([body, Buffer.from(['&a=1', ' ', '\n', '\0'][below(4)] ?? '')]) };
    case 3:
      return signed(flip(Buffer.from(body)), sent.target, type);
    case 4:
      return signed(body.subarray(0, below(body.length)), sent.target, type);
    case 5:
      return { ...sent, headers: { ...sent.headers, [name]: changeText(sent.headers[name] ?? '') } };
    case 6: {
      const headers = Object.fromEntries(Object.entries(sent.headers).filter(([kept]) => kept !== name));
      return { ...sent, headers };
    }
    case 7:
      return signed(body, sent.target, types[below(types.length)]);
    default:
      return { ...sent, target: `${callbackPath}${changeText('?a=%20b&c')}`.replaceAll('#', '') };
  }
}

function shouldHold({ target, headers, body }: Sent): boolean {
  try {
    const { authorization = '' } = headers;
    return verifyCallbackSignature({ rawTarget: target, body, authorization, key: entry.publicKey });
  } catch {
    return false;
  }
}

interface Answered {
  status: number;
  text: string;
}

/** What a busy machine is too slow for is answered 503, and OSS calls again. */
async function sendAgain(sent: Sent): Promise<Answered> {
  for (let tries = 1; ; tries += 1) {
    const answer = await send(sent);
    if (tries === 5 || !answer.text.includes('"database.unavailable"')) return answer;
  }
}

async function send({ target, headers, body }: Sent): Promise<Answered> {
  const { hostname, port } = new URL(api.url);
  const outgoing = request({ agent, hostname, port, path: target, method: 'POST', headers, timeout: 60_000 });
  outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within 60 s')));
  outgoing.end(body);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, text: Buffer.concat(await answer.toArray()).toString() };
}

test(
  `${runs} mutated requests end without a 5xx of ours, and none that is not signed is stored`,
  { timeout: 1_800_000 },
  async () => {
    const below = randomNumbers(3);
    const wrong: string[] = [];
    const stored = new Set<string>();
    const statuses = new Map<number, number>();
    let next = 0;
    const lane = async () => {
      while (next < runs) {
        const run = next;
        next += 1;
        const sent = mutate(run, below);
        const { status, text } = await sendAgain(sent);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        const holds = shouldHold(sent);
        if (status === 200 && holds) stored.add((JSON.parse(text) as { id: string }).id);
        const keyUnavailable = status === 503 && text.includes('"callback.key_unavailable"');
        if ((status >= 500 && !keyUnavailable) || (status < 400 && !holds))
          wrong.push(`run ${run}: ${status} ${text} for ${JSON.stringify(sent)}`);
      }
    };
    await Promise.all(Array.from({ length: inFlight }, lane));
    expect(wrong.slice(0, 5)).toEqual([]);
    expect([...statuses.values()].reduce((sum, count) => sum + count, 0)).toBe(runs);

    const ids = await entry.storedIds();
    // Every row is the answer to a request whose signature holds.
    expect(new Set(ids)).toEqual(stored);
    expect(stored.size).toBeGreaterThan(0);
    console.log(Object.fromEntries(statuses), `rows ${ids.length}`);
  },
);
