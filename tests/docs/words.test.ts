import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const architecture = readFileSync('ARCHITECTURE.md', 'utf8');
/** The words that ARCHITECTURE.md retires. */
const retired = new Set(
  /Retired words[^:]*: ([^.]*)\./
    .exec(architecture)?.[1]
    ?.split(',')
    .map((word) => word.trim()),
);
/** Names of others: zod's `superRefine`. */
const foreign = new Set(['superRefine', 'refine', 'RefinementCtx']);
const sources = execFileSync('git', ['ls-files', '*.ts', '*.mjs', '*.cjs'], { encoding: 'utf8' })
  .trim()
  .split('\n');

/** `reportedColours`, `reported-colours.ts` → `reported`, `colours`. A plural counts as its singular. */
function wordsOf(name: string): string[] {
  const words = name.replaceAll(/([a-z\d])([A-Z])/g, '$1 $2').split(/[^A-Za-z]+/);
  return words.map((word) => word.toLowerCase().replace(/s$/, ''));
}

const isRetired = (name: string) => !foreign.has(name) && wordsOf(name).some((word) => retired.has(word));

test('the glossary retires words', () => {
  expect(retired.size).toBeGreaterThan(5);
});

test('no name of a file uses a retired word', () => {
  expect(sources.filter((file) => isRetired(basename(file)))).toEqual([]);
});

test('no name in the code uses a retired word', () => {
  const found = new Set<string>();
  for (const file of sources.filter((name) => name.endsWith('.ts') && !name.startsWith('bench/'))) {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
    const visit = (node: ts.Node) => {
      if (ts.isIdentifier(node) && isRetired(node.text)) found.add(`${file}: ${node.text}`);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  expect([...found]).toEqual([]);
});
