import type { Client } from 'pg';

/** Totals from OSS, the clients and our tables. */
export type Totals = Readonly<Record<(typeof totalNames)[number], number>>;

const totalNames = [
  'stored',
  'answered200',
  'answered203',
  'answerLost',
  'givenUp',
  'rows',
  'ready',
  'failed',
  'merged',
  'byCallback',
  'byTicket',
  'byReconcile',
  'renditions',
  'events',
  'deliveries',
] as const;

/** Requires the evidence; see `gatherEvidence`. */
export async function countTotals(database: Client, renditionPrefix: string): Promise<Totals> {
  const living = `FROM uploads WHERE status <> 'deleted'`;
  const { rows } = await database.query<Totals>(
    `SELECT (SELECT count(*) FROM stored WHERE NOT starts_with(object_key, $1))::int AS stored,
            (SELECT count(*) FROM answered WHERE answer = '200')::int AS "answered200",
            (SELECT count(*) FROM answered WHERE answer = '203')::int AS "answered203",
            (SELECT count(*) FROM answered WHERE answer = 'exists')::int AS "answerLost",
            (SELECT count(*) FROM answered WHERE answer = 'none')::int AS "givenUp",
            (SELECT count(*) ${living})::int AS rows,
            (SELECT count(*) ${living} AND status = 'ready')::int AS ready,
            (SELECT count(*) ${living} AND status = 'failed')::int AS failed,
            (SELECT count(*) FROM uploads WHERE merged_into IS NOT NULL)::int AS merged,
            (SELECT count(*) ${living} AND source = 'callback')::int AS "byCallback",
            (SELECT count(*) ${living} AND source = 'ticket')::int AS "byTicket",
            (SELECT count(*) ${living} AND source = 'reconcile')::int AS "byReconcile",
            (SELECT count(*) FROM rendition_versions WHERE status = 'ready')::int AS renditions,
            (SELECT count(*) FROM events)::int AS events,
            (SELECT count(*) FROM received)::int AS deliveries`,
    [renditionPrefix],
  );
  const [totals] = rows;
  if (!totals) throw new Error('there are no totals');
  return totals;
}
