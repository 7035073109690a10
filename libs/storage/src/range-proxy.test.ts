import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { startStandInStore } from '#testing';
import { expect, onTestFinished, test } from 'vitest';
import { withRangeProxy, type RangeProxy } from './range-proxy.js';

const bytes = Buffer.alloc(6_000_000, 'every byte of this object is told by its place. ');
const etag = 'B6FCC6E7BF6BBA5B2C7B8C0F1A3B5C7D';
const never = new AbortController().signal;

type Answer = (request: IncomingMessage, response: ServerResponse, first: number, last: number) => void;

const give: Answer = (request, response, first, last) => {
  response.writeHead(206, {
    'content-length': last - first + 1,
    'content-range': `bytes ${first}-${last}/${bytes.length}`,
  });
  if (request.method === 'HEAD') response.end();
  else response.end(bytes.subarray(first, last + 1));
};

/** A store that answers as it is told, and remembers what it was asked. */
async function startStore(answer: Answer = give) {
  const asked: IncomingMessage[] = [];
  const standIn = await startStandInStore((request, response) => {
    asked.push(request);
    const [, first = '0', last = '0'] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
    answer(request, response, Number(first), Number(last));
  });
  onTestFinished(() => standIn[Symbol.asyncDispose]());
  return { store: standIn.store, asked };
}

const object = { bucket: 'bucket', objectKey: 'a film.mp4', etag, sizeBytes: String(bytes.length) };

const through = async <T>(answer: Answer | undefined, work: (url: string, proxy: RangeProxy) => Promise<T>) =>
  withRangeProxy((await startStore(answer)).store, object, never, work);

const read = async (url: string, range?: string) => {
  const answer = await fetch(url, range === undefined ? {} : { headers: { range } });
  return { answer, body: Buffer.from(await answer.arrayBuffer()) };
};

/** Asks, takes some bytes and hangs up. */
const takeSome = (url: string, range: string) =>
  new Promise<void>((resolve, reject) => {
    const request = ask(url, { headers: { range } }, (answer) => {
      answer.once('data', () => request.destroy());
      answer.once('close', resolve);
    });
    request.once('error', reject).end();
  });

test('gives the object whole and in parts, and counts', async () => {
  const { store, asked } = await startStore();
  await withRangeProxy(store, object, never, async (url, proxy) => {
    const all = await read(url);
    expect(all.answer.status).toBe(200);
    expect(all.body.equals(bytes)).toBe(true);
    const part = await read(url, 'bytes=1048570-1048600');
    expect(part.answer.status).toBe(206);
    expect(part.answer.headers.get('content-range')).toBe(`bytes 1048570-1048600/${bytes.length}`);
    expect(part.body.equals(bytes.subarray(1_048_570, 1_048_601))).toBe(true);
    const end = await read(url, `bytes=${bytes.length - 5}-`);
    expect(end.body.equals(bytes.subarray(-5))).toBe(true);
    const head = await fetch(url, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe(String(bytes.length));
    expect(proxy.bytesRead).toBe(bytes.length + 31 + 5);
  });
  expect(asked.every(({ headers }) => headers['if-match'] === `"${etag}"`)).toBe(true);
});

test('listens on 127.0.0.1 under a path that tells nothing, and gives nothing else', async () => {
  await through(undefined, async (url) => {
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\da-f]{32}$/);
    for (const other of ['/', '/film.mp4', `${new URL(url).pathname}/`, `${new URL(url).pathname}?x=1`]) {
      expect((await fetch(new URL(other, url))).status).toBe(404);
    }
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(405);
  });
});

test.each(['bytes=6000000-', 'bytes=9-3', 'bytes=-5', 'bytes=0-1,5-6', 'lines=1-2'])(
  'the range %s is refused, and the job goes on',
  async (range) => {
    await through(undefined, async (url, proxy) => {
      expect((await read(url, range)).answer.status).toBe(416);
      expect(proxy.signal.aborted).toBe(false);
    });
  },
);

test('a reader that hangs up ends the request to the store', async () => {
  const closed = Promise.withResolvers<void>();
  let sent = 0;
  const drip: Answer = (_, response, first, last) => {
    response.writeHead(206, {
      'content-length': last - first + 1,
      'content-range': `bytes ${first}-${last}/${bytes.length}`,
    });
    // Less than was asked for, and then nothing: the request is open until somebody ends it.
    response.write(bytes.subarray(first, first + 1_000));
    sent += 1_000;
    response.once('close', closed.resolve);
  };
  await through(drip, async (url, proxy) => {
    await takeSome(url, 'bytes=0-');
    await closed.promise;
    expect(proxy.bytesRead).toBe(sent);
    expect(proxy.signal.aborted).toBe(false);
  });
});

test('a reader that is slow holds the store back', async () => {
  await through(undefined, async (url, proxy) => {
    const request = ask(url, (answer) => answer.pause()).end();
    const [answer] = (await new Promise((resolve) => request.once('response', (got) => resolve([got])))) as [
      IncomingMessage,
    ];
    await new Promise((resolve) => answer.once('readable', resolve));
    expect(proxy.bytesRead).toBeLessThan(bytes.length);
    request.destroy();
  });
});

test('a store that breaks off is asked again for the rest', async () => {
  let breaks = 0;
  const { store, asked } = await startStore((request, response, first, last) => {
    if (asked.length % 2 === 0) return give(request, response, first, last);
    breaks += 1;
    if (breaks === 1) return void response.writeHead(503).end();
    response.writeHead(206, {
      'content-length': last - first + 1,
      'content-range': `bytes ${first}-${last}/${bytes.length}`,
    });
    return void response.write(bytes.subarray(first, first + 1_000), () => response.destroy());
  });
  await withRangeProxy(store, object, never, async (url) => {
    expect((await read(url)).body.equals(bytes)).toBe(true);
  });
  expect(breaks).toBeGreaterThan(1);
});

test.each([
  ['it is gone', 404, 'object.missing'],
  ['it was overwritten', 412, 'object.changed'],
  ['we may not', 403, 'storage.denied'],
  ['it is not well', 503, 'storage.unavailable'],
  ['it sends us elsewhere', 302, 'storage.unavailable'],
])('when the store says that %s, the job hears it by its code', async (_, status, code) => {
  const refuse: Answer = (__, response) =>
    response.writeHead(status, { location: 'http://127.0.0.1:9/elsewhere' }).end();
  // A reader that takes what it gets for the whole file.
  const work = through(refuse, (url) => read(url).catch(() => null));
  const failure: unknown = await work.catch((thrown: unknown) => thrown);
  expect(failure).toMatchObject({ code });
  expect(String(failure)).not.toMatch(/signature|sesame/i);
});

test.each<[string, Answer]>([
  [
    'that ignores ranges',
    (_, response) => response.writeHead(200, { 'content-length': bytes.length }).end(bytes),
  ],
  [
    'that sends without end',
    (_, response, first, last) => {
      response.writeHead(206, { 'content-range': `bytes ${first}-${last}/${bytes.length}` });
      const more = () => void (response.writable && response.write(bytes, more));
      more();
    },
  ],
])('a store %s is not believed', async (_, answer) => {
  const failure: unknown = await through(answer, (url) => read(url)).catch((thrown: unknown) => thrown);
  expect(failure).toMatchObject({ code: 'storage.unavailable' });
});

test('the range proxy closes with the work, also when that fails or is aborted', async () => {
  const { store } = await startStore();
  let seen = '';
  await expect(
    withRangeProxy(store, object, never, async (url) => {
      seen = url;
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  await expect(fetch(seen)).rejects.toThrow('fetch failed');

  const abort = new AbortController();
  const work = withRangeProxy(store, object, abort.signal, async (url, { signal }) => {
    seen = url;
    const body = fetch(url, { signal }).then((answer) => answer.arrayBuffer());
    abort.abort(new Error('cancelled'));
    return body;
  });
  await expect(work).rejects.toThrow('cancelled');
  await expect(fetch(seen)).rejects.toThrow('fetch failed');
});

test('a reader that never asks for the rest does not hold the end up', async () => {
  const answered = through(undefined, async (url) => {
    const request = ask(url).on('error', () => undefined);
    await new Promise((resolve) => request.once('response', resolve).end());
    return 'made';
  });
  await expect(answered).resolves.toBe('made');
});

test('of an object whose size is not known, the store is asked', async () => {
  const { store } = await startStore((request, response, first, last) => {
    if (request.method === 'HEAD') return void response.writeHead(200, { 'content-length': 10 }).end();
    return give(request, response, first, last);
  });
  await withRangeProxy(store, { ...object, sizeBytes: null }, never, async (url) => {
    expect((await read(url)).body).toHaveLength(10);
  });
});
