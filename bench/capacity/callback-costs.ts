import { openCallbackRange } from '../callbacks/callback-range.js';
import { openLandfall } from '../callbacks/contestants.js';
import type { BenchmarkOptions } from '../harness/benchmark.js';
import { readFamilyCpuMs } from '../harness/machine.js';
import type { MeasuredCosts } from './measured-costs.js';

const requestsPerSecond = 20_000;
const seconds = 4;

/** Costs in the api and in Postgres at maximum throughput over 64 connections. */
export async function measureCallbackCosts({ say }: BenchmarkOptions): Promise<MeasuredCosts> {
  await using stack = new AsyncDisposableStack();
  const range = await openCallbackRange(stack, requestsPerSecond * seconds, say);
  const landfall = stack.use(await openLandfall(range.surroundings));
  await range.warmUp(landfall);
  const { pid } = range.surroundings.postgres;
  const before = (await readFamilyCpuMs(pid)) ?? Number.NaN;
  const { answered, cpuPerRequestUs } = await range.measure(landfall, { seconds });
  const postgresMs = ((await readFamilyCpuMs(pid)) ?? Number.NaN) - before;
  return { callbackApi: cpuPerRequestUs / 1_000, callbackPostgres: postgresMs / answered };
}
