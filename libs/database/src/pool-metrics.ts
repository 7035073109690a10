import { gauges, type Sample } from '#runtime';
import type { Pool } from 'pg';

/** The pools of this process by application name; ended ones are removed when read. */
const pools = new Map<string, Pool>();

function samples(of: (pool: Pool, name: string) => Sample[]): Sample[] {
  for (const [name, pool] of pools) if (pool.ended) pools.delete(name);
  return [...pools].flatMap(([name, pool]) => of(pool, name));
}

gauges(
  'landfall_database_connections',
  'Connections to Postgres by pool, busy and idle',
  ['pool', 'state'],
  () =>
    samples((pool, name) => [
      [{ pool: name, state: 'busy' }, pool.totalCount - pool.idleCount],
      [{ pool: name, state: 'idle' }, pool.idleCount],
    ]),
);
gauges('landfall_database_connections_max', 'Most connections to Postgres that a pool opens', ['pool'], () =>
  samples((pool, name) => [[{ pool: name }, pool.options.max]]),
);
gauges('landfall_database_waiting', 'Statements that wait for a connection to Postgres', ['pool'], () =>
  samples((pool, name) => [[{ pool: name }, pool.waitingCount]]),
);

/** Adds a pool to the metrics of this process. @param name application name of its connections */
export function watchPool(name: string, pool: Pool): void {
  pools.set(name, pool);
}
