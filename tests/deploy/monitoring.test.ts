import { globSync, readFileSync } from 'node:fs';
import { readMetricsPage } from '#testing';
import { parse } from 'yaml';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildDashboards } from '../../deploy/tools/dashboards.ts';
import { anchorsOf, readPages } from '../docs/markdown.fixture.js';
import { readExpression, type Selector } from './promql.fixture.js';

interface Rule {
  record?: string;
  alert?: string;
  expr: string;
  for?: string;
  labels?: { severity?: string };
  annotations?: Record<string, string>;
}

interface Panel {
  title: string;
  description?: string;
  targets?: { expr: string; legendFormat: string }[];
}

const runbooks = 'docs/operations.md';
const read = (file: string) => readFileSync(file, 'utf8');
const rules = (
  parse(read('deploy/prometheus/landfall-rules.yaml')) as { groups: { rules: Rule[] }[] }
).groups.flatMap((group) => group.rules);
const alerts = rules.filter(({ alert }) => alert !== undefined);
const ruleTests = parse(read('deploy/prometheus/landfall-rules.test.yaml')) as {
  tests: { alert_rule_test?: { alertname: string; exp_alerts: unknown[] }[] }[];
};
const dashboards = Array.from(buildDashboards(), ([file, text]) => ({
  file: file.slice(file.lastIndexOf('deploy/')),
  text,
  panels: (JSON.parse(text) as { panels: Panel[] }).panels,
}));

/** Every expression that somebody looks at or is woken by, with the labels that its words show. */
const asked = [
  ...rules.map(({ record, alert, expr, annotations = {} }) => ({
    place: record ?? alert ?? '',
    expression: expr,
    shown: [...JSON.stringify(annotations).matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label),
  })),
  ...dashboards.flatMap(({ file, panels }) =>
    panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr, legendFormat }) => ({
        place: `${file}, ${title}, ${legendFormat}`,
        expression: expr.replaceAll('$__rate_interval', '5m'),
        shown: [...legendFormat.matchAll(/{{(\w+)}}/g)].map(([, label = '']) => label),
      })),
    ),
  ),
];

/** What Prometheus adds to all series. */
const targetLabels = ['job', 'instance'];
/** What Prometheus has of its own. */
const ownMetrics: Record<string, string[]> = { up: [], ALERTS: ['alertname', 'alertstate'] };

describe('rules and dashboards', () => {
  let labelsOf: Map<string, string[]>;

  beforeAll(async () => {
    labelsOf = new Map(Object.entries(ownMetrics));
    for (const [name, { type, labels }] of await readMetricsPage()) {
      if (type === 'histogram') {
        labelsOf.set(`${name}_bucket`, [...labels, 'le']);
        for (const part of ['sum', 'count']) labelsOf.set(`${name}_${part}`, labels);
      } else labelsOf.set(name, labels);
    }
    for (const { record, expr } of rules)
      if (record !== undefined) labelsOf.set(record, readExpression(expr).labels);
  });

  test.each(asked)('$place asks for metrics and labels that exist', ({ expression, shown }) => {
    const { selectors, labels } = readExpression(expression);
    const metrics = selectors.map(({ metric }) => metric);
    expect(metrics.filter((metric) => !labelsOf.has(metric))).toEqual([]);
    const known = new Set([...metrics.flatMap((metric) => labelsOf.get(metric) ?? []), ...targetLabels]);
    expect([...labels, ...shown].filter((label) => !known.has(label))).toEqual([]);
    const matched = selectors.flatMap(({ metric, matchers }) => {
      const own = new Set([...(labelsOf.get(metric) ?? []), ...targetLabels]);
      return matchers.filter(({ label }) => !own.has(label)).map(({ label }) => `${metric}: ${label}`);
    });
    expect(matched).toEqual([]);
  });

  test('name only codes that exist', () => {
    const codes = [...errorStatuses().keys()];
    const missed = asked
      .flatMap(({ expression }) => readExpression(expression).selectors)
      .flatMap(codesIn)
      .filter((pattern) => !codes.some((code) => new RegExp(`^(?:${pattern})$`).test(code)));
    expect(missed).toEqual([]);
  });

  test('count as our failures the callbacks that got a 5xx, but for the limit of strangers', () => {
    const ours = [...errorStatuses()]
      .filter(([code, status]) => status >= 500 && /^(callback|database|internal|process)\./.test(code))
      .map(([code]) => code)
      .filter((code) => code !== 'callback.unproven_limited');
    const failures = rules.filter(({ record }) => record?.startsWith('landfall:callback_failures:'));
    expect(failures).toHaveLength(4);
    for (const { expr } of failures) {
      const [failed] = readExpression(expr).selectors;
      const pattern = new RegExp(`^(?:${failed?.matchers[0]?.value})$`);
      expect([...errorStatuses().keys()].filter((code) => pattern.test(code))).toEqual(ours);
    }
  });
});

/** The HTTP statuses of docs/errors.md by their codes. */
function errorStatuses(): Map<string, number> {
  const rows = read('docs/errors.md').matchAll(/^\| `([a-z_]+\.[a-z_]+)` \| (\d+) \|/gm);
  return new Map(Array.from(rows, ([, code = '', status]) => [code, Number(status)]));
}

/** The alternatives of what is asked of a label that holds codes. */
function codesIn({ matchers }: Selector): string[] {
  return matchers
    .filter(({ label }) => label === 'code' || label === 'outcome')
    .flatMap(({ value }) => value.split(/\|(?![^(]*\))/))
    .filter((pattern) => pattern.includes('.'));
}

test.each(dashboards)('$file is made from its source: npm run generate:dashboards', ({ file, text }) => {
  expect(read(file)).toBe(text);
});

test('every panel says what it means', () => {
  const silent = dashboards
    .flatMap(({ panels }) => panels)
    .filter(({ targets, description }) => targets && !description);
  expect(silent.map(({ title }) => title)).toEqual([]);
});

describe('alerts', () => {
  const page = readPages().find(({ file }) => file === runbooks);

  test.each(alerts)('$alert says how bad it is, what it is, and what to do', (rule) => {
    const { alert = '', labels, annotations = {} } = rule;
    expect(labels?.severity).toMatch(/^(critical|warning)$/);
    // Nobody is woken by a moment.
    expect(labels?.severity === 'warning' || rule.for !== undefined).toBe(true);
    for (const word of ['summary', 'description']) expect(annotations[word]).toMatch(/\S/);
    const [file, anchor = ''] = annotations['runbook_url']?.split('#') ?? [];
    expect(file).toBe(runbooks);
    expect(page && anchorsOf(page).has(anchor)).toBe(true);
    expect(read(runbooks)).toContain(`\`${alert}\``);
  });

  test('are all tested, each at least once where it fires', () => {
    const fired = new Set(
      ruleTests.tests
        .flatMap((each) => each.alert_rule_test ?? [])
        .filter(({ exp_alerts }) => exp_alerts.length > 0)
        .map(({ alertname }) => alertname),
    );
    expect(alerts.map(({ alert }) => alert).filter((alert) => !fired.has(alert ?? ''))).toEqual([]);
  });
});

test('chart and pages name only metrics that exist', async () => {
  const page = await readMetricsPage();
  const files = ['deploy/helm/landfall/**/*.{yaml,tpl,md}', 'docs/**/*.md', 'deploy/kubernetes/*.yaml'];
  const unknown = globSync(files).flatMap((file) =>
    [...read(file).matchAll(/\blandfall_[a-z_]+_[a-z_]+\b/g)]
      .map(([name]) => name)
      .filter((name) => !page.has(name) && !page.has(name.replace(/_(bucket|sum|count)$/, '')))
      .map((name) => `${file}: ${name}`),
  );
  expect(unknown).toEqual([]);
});
