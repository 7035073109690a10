import { open } from 'node:fs/promises';
import type { Client } from 'pg';

/** A plan node in the output of `EXPLAIN (FORMAT JSON, ANALYZE)`. */
interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows'?: number;
  'Actual Loops'?: number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: PlanNode[];
}

/** A summary of the plans of one request's statements. */
export interface PlansRead {
  /** Large tables that were scanned completely. */
  readonly wholeTables: string[];
  /** The indexes that were used. */
  readonly indexes: string[];
  /** Number of rows examined by the busiest scan. */
  readonly rowsLookedAt: number;
}

const largeRows = 10_000;

/** Reads the plans that auto_explain writes to the Postgres log. */
export class PlanReader {
  private offset = 0;

  constructor(
    private readonly client: Client,
    private readonly logFile: string,
  ) {}

  /** Configures auto_explain for all new connections, without logging plans yet. */
  static async prepare(client: Client): Promise<void> {
    for (const setting of [
      `session_preload_libraries = 'auto_explain'`,
      `auto_explain.log_format = 'json'`,
      `auto_explain.log_analyze = on`,
      `auto_explain.log_timing = off`,
      `auto_explain.log_nested_statements = on`,
      `auto_explain.log_min_duration = -1`,
    ])
      await client.query(`ALTER SYSTEM SET ${setting}`);
    await client.query('SELECT pg_reload_conf()');
  }

  /** Runs `work` and summarizes the plans of the statements that it caused. */
  async during(work: () => Promise<unknown>): Promise<PlansRead> {
    await this.write(true);
    await this.readNew();
    try {
      await work();
    } finally {
      await this.write(false);
    }
    return summarize(plansIn(await this.readNew()));
  }

  private async write(wanted: boolean): Promise<void> {
    await this.client.query(`ALTER SYSTEM SET auto_explain.log_min_duration = ${wanted ? 0 : -1}`);
    await this.client.query('SELECT pg_reload_conf()');
    // Idle connections apply the new settings before their next statement.
    await this.client.query('SELECT pg_sleep(0.1)');
  }

  private async readNew(): Promise<string> {
    await using file = await open(this.logFile);
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.max(0, size - this.offset));
    await file.read(bytes, 0, bytes.length, this.offset);
    this.offset = size;
    return bytes.toString();
  }
}

/** Extracts the plans from the Postgres log: the lines after `plan:` that begin with a tab. */
export function plansIn(log: string): PlanNode[] {
  const plans: PlanNode[] = [];
  for (const [, text = ''] of log.matchAll(/plan:\n((?:\t.*\n)+)/g)) {
    const { Plan: plan } = JSON.parse(text) as { Plan: PlanNode };
    plans.push(plan);
  }
  return plans;
}

export function summarize(plans: readonly PlanNode[]): PlansRead {
  const nodes = plans.flatMap(nodesOf);
  const lookedAt = (node: PlanNode) =>
    ((node['Actual Rows'] ?? 0) +
      (node['Rows Removed by Filter'] ?? 0) +
      (node['Rows Removed by Index Recheck'] ?? 0)) *
    (node['Actual Loops'] ?? 1);
  const scans = nodes.filter((node) => node['Node Type'].includes('Scan'));
  const names = (found: readonly (string | undefined)[]) => [
    ...new Set(found.filter((name) => name !== undefined)),
  ];
  return {
    wholeTables: names(
      scans
        .filter((node) => node['Node Type'].endsWith('Seq Scan') && lookedAt(node) >= largeRows)
        .map((node) => node['Relation Name']),
    ),
    indexes: names(scans.map((node) => node['Index Name'])),
    rowsLookedAt: Math.round(Math.max(0, ...scans.map(lookedAt))),
  };
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
