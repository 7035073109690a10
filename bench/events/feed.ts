import type { BenchmarkOptions } from '../harness/benchmark.js';
import type { Report } from '../harness/report.js';
import { connectTo, openPostgres } from '../harness/services.js';
import { ratioOf, showSpread, spreadOf } from '../harness/spread.js';
import { openStack } from '../harness/stack.js';
import { placeMany, rareType } from './fill-events.js';

const sizes = [10_000, 10_000_000] as const;
const rowsAtOnce = 500_000;
const pageLimit = 100;
const pagesEach = 40;

/** The queries, and their positions in the log. */
const questions = [
  { name: 'from the middle', at: 0.5, query: {} },
  { name: 'near the end', at: 0.98, query: {} },
  { name: 'one type in a hundred', at: 0.5, query: { type: rareType } },
  { name: 'of one upload', at: 0.5, query: { uploadId: 'its' } },
] as const;
type Question = (typeof questions)[number];

interface Place {
  readonly id: string;
  readonly upload_id: string;
}

/**
 * `GET /v1/events`, page by page: whether a page takes longer in a log of ten million events than in one of ten
 * thousand.
 */
export async function measureFeed({ rounds, signal, say }: BenchmarkOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const postgres = stack.use(await openPostgres());
  const { databaseUrl, api, apiKey } = await openStack(stack, postgres);
  const { client } = stack.use(await connectTo(databaseUrl));
  const ask = async (query: Record<string, string>): Promise<number> => {
    const url = `${api.url}/v1/events?${new URLSearchParams({ ...query, limit: String(pageLimit) })}`;
    const startedAt = performance.now();
    const answer = await fetch(url, { headers: { authorization: `Bearer ${apiKey}` } });
    const page = await answer.text();
    if (!answer.ok) throw new Error(`${url}: ${answer.status} ${page}`);
    return performance.now() - startedAt;
  };
  const measured = new Map<string, number[]>();
  let filled = 0;
  for (const size of sizes) {
    say(`filling the log with ${size.toLocaleString('en')} events …`);
    for (; filled < size; filled += rowsAtOnce) {
      signal.throwIfAborted();
      await placeMany(client, Math.min(rowsAtOnce, size - filled));
    }
    filled = size;
    await client.query('VACUUM ANALYZE events');
    await client.query('CHECKPOINT');
    // The first round warms up.
    for (let round = 0; round <= rounds; round += 1) {
      for (const question of questions) {
        signal.throwIfAborted();
        const ms: number[] = [];
        for (let page = 0; page < pagesEach; page += 1) {
          const { rows } = await client.query<Place>('SELECT id, upload_id FROM events WHERE position = $1', [
            Math.floor(size * question.at) + page * Math.floor(size / 5_000),
          ]);
          ms.push(await ask(queryOf(question, rows[0])));
        }
        if (round === 0) continue;
        const key = keyOf(question, size);
        measured.set(key, [...(measured.get(key) ?? []), spreadOf(ms).median]);
      }
      if (round > 0) say(`round ${round} of ${rounds} of ${size.toLocaleString('en')} events`);
    }
  }
  const timesOf = (question: Question, size: number) => measured.get(keyOf(question, size)) ?? [];
  const [small, large] = sizes;
  const against = (question: Question) => ratioOf(timesOf(question, large), timesOf(question, small));
  return {
    name: 'events-feed',
    ratios: Object.fromEntries(questions.map((question) => [question.name, against(question)])),
    facts: { settings: { rounds, sizes, pageLimit, pagesEach }, measured: Object.fromEntries(measured) },
    tables: [
      [
        [
          'page',
          `ms of ${small.toLocaleString('en')}: median (min–max)`,
          `ms of ${large.toLocaleString('en')}`,
          'against',
        ],
        ...questions.map((question) => [
          question.name,
          showSpread(spreadOf(timesOf(question, small)), 1),
          showSpread(spreadOf(timesOf(question, large)), 1),
          showSpread(against(question), 2),
        ]),
      ],
    ],
    notes: [`${rounds} rounds; in each the median of ${pagesEach} pages of ${pageLimit} events, over HTTP`],
  };
}

function keyOf({ name }: Question, size: number): string {
  return `${name}, ${size}`;
}

function queryOf({ query }: Question, place: Place | undefined): Record<string, string> {
  if (!place) throw new Error('no event at this position');
  return { after: place.id, ...query, ...('uploadId' in query && { uploadId: place.upload_id }) };
}
