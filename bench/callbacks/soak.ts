import type { BenchmarkOptions } from '../harness/benchmark.js';
import { openCallbackRange } from './callback-range.js';
import { openLandfall } from './contestants.js';
import { readMemory } from '../harness/machine.js';
import type { Report } from '../harness/report.js';
import { showSpread, spreadOf } from '../harness/spread.js';

const callbacks = 1_000_000;
const passes = 10;
/** Time limit of a pass, which normally ends when all its callbacks are answered. */
const passSeconds = 300;

/** Resident memory of the api over a million callbacks at maximum throughput. */
export async function measureSoak({ signal, say }: BenchmarkOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const range = await openCallbackRange(stack, callbacks / passes, say);
  const landfall = stack.use(await openLandfall(range.surroundings));
  const before = await readMemory(landfall.program.pid);
  if (!before) throw new Error('memory cannot be read here: there is no /proc');
  const rates: number[] = [];
  const residentMb: number[] = [];
  let peakMb = 0;
  let answered = 0;
  for (let pass = 1; pass <= passes; pass += 1) {
    signal.throwIfAborted();
    // The table is emptied before each pass, so that the same callbacks are new again.
    const result = await range.measure(landfall, { seconds: passSeconds });
    answered += result.answered;
    const memory = await readMemory(landfall.program.pid);
    residentMb.push(memory?.residentMb ?? 0);
    peakMb = memory?.peakMb ?? 0;
    rates.push(result.requestsPerSecond);
    say(`pass ${pass} of ${passes}: ${memory?.residentMb} MB, ${Math.round(result.requestsPerSecond)}/s`);
  }
  const afterFirst = residentMb[0] ?? 0;
  const change = spreadOf(residentMb.slice(1).map((value) => value / afterFirst));
  return {
    name: 'callbacks-soak',
    ratios: { residentAgainstFirstPass: change },
    facts: { residentMb, peakMb, beforeMb: before.residentMb, rates, answered },
    tables: [
      [
        ['', 'MB resident'],
        ['before the first callback', `${before.residentMb}`],
        ...residentMb.map((value, pass) => [
          `after ${(((pass + 1) * callbacks) / passes).toLocaleString('en')}`,
          `${value}`,
        ]),
        ['at its peak', `${peakMb}`],
      ],
      [
        ['', 'median (min–max)'],
        ['later passes against the first', showSpread(change, 2)],
        ['callbacks/s', showSpread(spreadOf(rates), 0)],
      ],
    ],
    notes: [`${answered.toLocaleString('en')} callbacks, each answered with 200 and counted in the table`],
  };
}
