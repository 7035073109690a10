import { readFileSync } from 'node:fs';
import { LandfallError } from '#runtime';
import { isNode, LineCounter, parseDocument } from 'yaml';
import { type Pipelines, pipelinesSchema } from './pipeline-schema.js';

/**
 * Reads and checks the pipelines file; every problem is reported at once with its line.
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

/** As `loadPipelines`, from the text; `file` is named in the problems. */
export function parsePipelines(text: string, file: string): Pipelines {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    throw invalid(
      document.errors.map((error) => `${file}:${error.linePos?.[0].line ?? 1}: ${error.message}`),
    );
  }
  const result = pipelinesSchema.safeParse(document.toJS({ maxAliasCount: 100 }));
  if (result.success) return result.data;
  throw invalid(
    result.error.issues.map((issue) => {
      const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
      return `${file}:${lineOf(path)}: ${path.join('.') || 'file'}: ${issue.message}`;
    }),
  );

  /** The line of the deepest node that the path reaches. */
  function lineOf(path: readonly (string | number)[]): number {
    for (let length = path.length; length > 0; length -= 1) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  }
}

function invalid(problems: string[]): LandfallError {
  return new LandfallError('pipelines.invalid', problems.map((problem) => `\n  ${problem}`).join(''));
}
