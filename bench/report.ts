import type { Machine } from './machine.js';
import { showSpread, type Spread } from './spread.js';

export interface Report {
  readonly name: string;
  /** Ours against each reference, from the rounds of one run. */
  readonly ratios: Readonly<Record<string, Spread>>;
  /** Absolute figures and settings, for `--json`. */
  readonly facts: object;
  /** What the ratio is of, such as `throughput`. */
  readonly ratioOf: string;
  /** The absolute figures for a person; the first row names the columns. */
  readonly table: readonly (readonly string[])[];
  readonly notes: readonly string[];
}

export function printReport(report: Report, machine: Machine): void {
  console.log(`\n${report.name}`);
  printTable(report.table);
  console.log('');
  printTable([
    ['landfall against', report.ratioOf],
    ...Object.entries(report.ratios).map(([reference, ratio]) => [reference, showSpread(ratio, 2)]),
  ]);
  console.log('');
  for (const note of report.notes) console.log(note);
  const { cpu, cores, memoryGb, system, node, loadBefore } = machine;
  console.log(
    `machine: ${cores} × ${cpu}, ${memoryGb} GB, ${system}, Node ${node}, load before ${loadBefore}\n`,
  );
}

export function printJson(report: Report, machine: Machine): void {
  console.log(
    JSON.stringify({ name: report.name, ratios: report.ratios, ...report.facts, machine }, null, 2),
  );
}

/** Columns as wide as their widest cell; the first one to the left, figures to the right. */
function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    console.log(`  ${cells.join('   ')}`);
  }
}
