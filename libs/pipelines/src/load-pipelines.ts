import { readFileSync } from 'node:fs';
import { LandfallError } from '#runtime';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type Pipelines, pipelinesSchema } from './pipeline-schema.js';

/**
 * Reads and checks the pipelines file; reports all problems at once, with their lines.
 * @throws LandfallError pipelines.invalid
 */
export function loadPipelines(file: string): Pipelines {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new LandfallError('pipelines.invalid', `cannot read ${file}; set PIPELINES_FILE`, { cause: error });
  }
  return parsePipelines(text, file);
}

/** Like `loadPipelines`, but from the text; problems mention `file`. */
export function parsePipelines(text: string, file: string): Pipelines {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw invalid(
      document.errors.map((error) => `${file}:${lines.linePos(error.pos[0]).line}: ${error.message}`),
    );
  }
  const result = pipelinesSchema.safeParse(readValues(document, file));
  if (result.success) return result.data;
  throw invalid(
    result.error.issues.flatMap(tell).map(({ path, message }) => {
      const steps = path.map((step) => (typeof step === 'symbol' ? String(step) : step));
      return `${file}:${lineOf(steps)}: ${steps.join('.') || 'file'}: ${message}`;
    }),
  );

  /** Returns the line of the deepest node that the path reaches. */
  function lineOf(path: readonly (string | number)[]): number {
    for (let length = path.length; length > 0; length -= 1) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  }
}

/**
 * Returns the values of the document; refuses aliases that would expand a small file to a huge one.
 */
function readValues(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw invalid([`${file}:1: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

/** Reports an unknown field at its own line instead of at the line of its object. */
function tell(issue: z.core.$ZodIssue): { path: PropertyKey[]; message: string }[] {
  if (issue.code !== 'unrecognized_keys') return [issue];
  return issue.keys.map((key) => ({ path: [...issue.path, key], message: 'unknown field' }));
}

function invalid(problems: string[]): LandfallError {
  return new LandfallError('pipelines.invalid', problems.map((problem) => `\n  ${problem}`).join(''));
}
