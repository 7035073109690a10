import { readFile } from 'node:fs/promises';

/** A metric as docs/metrics.md describes it. */
interface DocumentedMetric {
  type: string;
  /** The processes that export it: api, worker. */
  of: string[];
  labels: string[];
}

/** Reads the metrics of docs/metrics.md by name, for a test that compares them with the served ones. */
export async function readMetricsPage(): Promise<Map<string, DocumentedMetric>> {
  const rows = (await readFile('docs/metrics.md', 'utf8')).matchAll(
    /^\| `(\w+)` \| (\w+) \| ([\w, ]+) \|([^|]*)\|/gm,
  );
  return new Map(
    Array.from(rows, ([, name = '', type = '', of = '', labels = '']) => [
      name,
      {
        type,
        of: of.split(', '),
        labels: Array.from(labels.matchAll(/`(\w+)`/g), ([, label = '']) => label),
      },
    ]),
  );
}
