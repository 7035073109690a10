import { readFileSync } from 'node:fs';
import { LandfallError } from '#runtime';
import { isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type Pipelines, pipelinesSchema } from './pipeline-schema.js';

/** A problem at one place of a pipelines file. */
interface PipelinesProblem {
  /** 1-based. */
  readonly line: number;
  /** Dot-separated path of fields and indexes, such as `pipelines.0.name`; null if the text is not valid YAML. */
  readonly path: string | null;
  readonly message: string;
}

/** The pipelines in a text, or all problems in it. */
export type CheckedPipelines =
  | { readonly pipelines: Pipelines; readonly problems: readonly [] }
  | { readonly pipelines: null; readonly problems: readonly PipelinesProblem[] };

/**
 * Reads and checks the pipelines file; reports all problems at once, with their lines.
 * @throws LandfallError pipelines.invalid
 */
export function loadPipelines(file: string): Pipelines {
  return readPipelinesFile(file).pipelines;
}

/** Like `loadPipelines`, but also returns the text of the file. */
export function readPipelinesFile(file: string): { text: string; pipelines: Pipelines } {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new LandfallError('pipelines.invalid', `cannot read ${file}; set PIPELINES_FILE`, { cause: error });
  }
  return { text, pipelines: parsePipelines(text, file) };
}

/** Like `loadPipelines`, but from the text; problems mention `file`. */
export function parsePipelines(text: string, file: string): Pipelines {
  const { pipelines, problems } = checkPipelines(text);
  if (pipelines) return pipelines;
  const lines = problems.map(
    ({ line, path, message }) => `\n  ${file}:${line}: ${path === null ? '' : `${path}: `}${message}`,
  );
  throw new LandfallError('pipelines.invalid', lines.join(''));
}

/** Checks a text like `loadPipelines` does, but never throws, whatever the text contains. */
export function checkPipelines(text: string): CheckedPipelines {
  const line = findTooDeep(text);
  if (line !== null) {
    const message = `lists and maps are nested more than ${depthMax} levels deep`;
    return refused([{ line, path: null, message }]);
  }
  try {
    return check(text);
  } catch (error) {
    // Aliases that would expand a small file to a huge one.
    return refused([
      { line: 1, path: null, message: error instanceof Error ? error.message : String(error) },
    ]);
  }
}

/** Maximum nesting, far above any real file. The parser takes minutes for ten thousand levels and blocks the event loop. */
const depthMax = 32;
/** Eight nested collections that start on one line, or a line indented by 100 spaces. */
const deepStart = /^(?:[ \t]*(?:[-?:][ \t]+){8}| {100})/m;

/** The line at which a text exceeds the nesting limits; null if it does not. */
function findTooDeep(text: string): number | null {
  const lineAt = (index: number) => text.slice(0, index).split('\n').length;
  const start = deepStart.exec(text);
  if (start) return lineAt(start.index);
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index];
    if (char === '[' || char === '{') depth += 1;
    else if (char === ']' || char === '}') depth = Math.max(0, depth - 1);
    if (depth > depthMax) return lineAt(index);
  }
  return null;
}

function check(text: string): CheckedPipelines {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return refused(
      document.errors.map(({ pos, message }) => ({ line: lines.linePos(pos[0]).line, path: null, message })),
    );
  }
  const result = pipelinesSchema.safeParse(document.toJS({ maxAliasCount: 100 }));
  if (result.success) return { pipelines: result.data, problems: [] };
  return refused(
    result.error.issues.flatMap(tell).map(({ path, message }) => {
      const steps = path.map((step) => (typeof step === 'symbol' ? String(step) : step));
      return { line: lineOf(steps), path: steps.join('.') || 'file', message };
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

function refused(problems: readonly PipelinesProblem[]): CheckedPipelines {
  return { pipelines: null, problems };
}

/** Reports an unknown field at its own line instead of at the line of its object. */
function tell(issue: z.core.$ZodIssue): { path: PropertyKey[]; message: string }[] {
  if (issue.code !== 'unrecognized_keys') return [issue];
  return issue.keys.map((key) => ({ path: [...issue.path, key], message: 'unknown field' }));
}
