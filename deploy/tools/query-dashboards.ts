// `npm run query:dashboards -- http://localhost:9090`: queries a Prometheus for every panel and every recording rule,
// and lists expressions without data. Stops at an invalid expression.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { buildDashboards } from './dashboards.ts';

const requestTimeoutMs = 10_000;

interface Asked {
  place: string;
  expression: string;
}

const [prometheus = 'http://localhost:9090'] = process.argv.slice(2);

/** Replaces Grafana's variables: all processes, over five minutes. */
const fillIn = (expression: string) =>
  expression.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.+');

function* panels(): Generator<Asked> {
  for (const [file, text] of buildDashboards()) {
    const { panels: all } = JSON.parse(text) as {
      panels: { title: string; targets?: { expr: string; legendFormat: string }[] }[];
    };
    for (const { title, targets = [] } of all)
      for (const { expr, legendFormat } of targets)
        yield {
          place: `${file.slice(file.lastIndexOf('/') + 1)}, ${title}, ${legendFormat || 'value'}`,
          expression: fillIn(expr),
        };
  }
}

/** Only recording rules: alerts have data only while they fire. */
function* records(): Generator<Asked> {
  const rules = readFileSync(new URL('../prometheus/landfall-rules.yaml', import.meta.url), 'utf8');
  const { groups } = parse(rules) as { groups: { rules: { record?: string }[] }[] };
  for (const { record } of groups.flatMap((group) => group.rules))
    if (record !== undefined) yield { place: 'landfall-rules.yaml', expression: record };
}

/**
 * Counts the series of an expression at this moment.
 * @throws Prometheus's error for an invalid expression
 */
async function count(expression: string): Promise<number> {
  const response = await fetch(`${prometheus}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query: expression }),
    signal: AbortSignal.timeout(requestTimeoutMs),
  });
  const answer = (await response.json()) as { error?: string; data: { result: unknown[] } };
  if (answer.error !== undefined) throw new Error(`${expression}: ${answer.error}`);
  return answer.data.result.length;
}

let asked = 0;
let silent = 0;
for (const { place, expression } of [...records(), ...panels()]) {
  asked += 1;
  if ((await count(expression)) > 0) continue;
  silent += 1;
  console.log(`no data: ${place}: ${expression}`);
}
console.log(`${asked - silent} of ${asked} expressions have data`);
