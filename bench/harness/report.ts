import type { Machine } from './machine.js';
import type { Spread } from './spread.js';

type Table = readonly (readonly string[])[];

export interface Report {
  readonly name: string;
  /** Our figures relative to each reference, from the rounds of one run. */
  readonly ratios: Readonly<Record<string, Spread>>;
  /** Absolute figures and settings, for `--json`. */
  readonly facts: object;
  /** For people: the absolute figures, then the ratios. The first row of a table holds the column names. */
  readonly tables: readonly Table[];
  readonly notes: readonly string[];
}

export function printReport(report: Report, machine: Machine): void {
  console.log(`\n${report.name}`);
  for (const table of report.tables) {
    printTable(table);
    console.log('');
  }
  for (const note of report.notes) console.log(note);
  const { cpu, cores, memoryGb, system, node, loadBefore } = machine;
  console.log(
    `machine: ${cores} × ${cpu}, ${memoryGb} GB, ${system}, Node ${node}, load before ${loadBefore}\n`,
  );
}

/** Prints one line per report, so that the finished ones of a long run are available if it ends early. */
export function printJson(report: Report, machine: Machine): void {
  console.log(JSON.stringify({ name: report.name, ratios: report.ratios, ...report.facts, machine }));
}

/** Prints aligned columns: the first one left-aligned, figures right-aligned. */
export function printTable(rows: Table): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    console.log(`  ${cells.join('   ')}`);
  }
}
