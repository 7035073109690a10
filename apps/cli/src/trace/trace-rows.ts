import type { ExportedSpan } from '#local';

/** A line of the picture: a span, or several alike that are parts of the same. */
export interface TraceRow {
  readonly name: string;
  /** What else is known, in a few words. */
  readonly detail: string;
  readonly service: string;
  /** Of how many others it is a part. */
  readonly depth: number;
  /** By start; never empty. */
  readonly spans: readonly ExportedSpan[];
  /** Code of the error; null for what succeeded. */
  readonly error: string | null;
}

/** More parts of one span than this that are alike stand in one line. */
const alikeMax = 3;

/** Orders the spans of a trace: below each one its parts, by their start. */
export function rowsOf(spans: readonly ExportedSpan[]): TraceRow[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const byStart = spans.toSorted((one, other) => one.startMs - other.startMs || other.endMs - one.endMs);
  // The parent of the first may be a client's, or lost with a worker that died.
  const partsOf = Map.groupBy(byStart, ({ parentId }) => (parentId && ids.has(parentId) ? parentId : null));
  const rows: TraceRow[] = [];
  const add = (parent: string | null, depth: number): void => {
    const parts = partsOf.get(parent) ?? [];
    const alike = Map.groupBy(parts, (span) => (partsOf.has(span.spanId) ? span.spanId : titleOf(span)));
    const lines = [...alike.values()].flatMap((group) =>
      group.length > alikeMax ? [group] : group.map((span) => [span]),
    );
    for (const line of lines.toSorted(([one], [other]) => (one?.startMs ?? 0) - (other?.startMs ?? 0))) {
      rows.push(toRow(line, depth));
      for (const { spanId } of line) add(spanId, depth + 1);
    }
  };
  add(null, 0);
  return rows;
}

/** What spans have in common that stand in one line. */
const titleOf = ({ name, facts }: ExportedSpan) => `${name} ${facts['landfall.task'] ?? ''}`;

function toRow(spans: readonly ExportedSpan[], depth: number): TraceRow {
  const [first] = spans;
  const failed = spans.find(({ hasFailed }) => hasFailed);
  return {
    name: spans.length > 1 ? `${first?.name} × ${spans.length}` : (first?.name ?? ''),
    detail: detailOf(spans),
    service: first?.service ?? '',
    depth,
    spans,
    error: failed ? String(failed.facts['error.type'] ?? 'failed') : null,
  };
}

/** What tells one span of its kind from another. */
function detailOf(spans: readonly ExportedSpan[]): string {
  const [first] = spans;
  const fact = (name: string) => first?.facts[name];
  const run = Number(fact('landfall.job.run') ?? 1);
  const sizes = spans.map(({ facts }) => Number(facts['landfall.size_bytes'] ?? 0));
  const speed = spans.length === 1 ? Number(fact('landfall.speed') ?? 0) : 0;
  return [
    fact('landfall.task'),
    fact('landfall.rendition.name'),
    fact('landfall.chunk.position'),
    fact('landfall.event.type'),
    fact('landfall.job.name'),
    run > 1 ? `run ${run}` : undefined,
    speed > 0 ? `${speed.toFixed(2)}×` : undefined,
    first?.name.startsWith('store') ? showBytes(sizes.reduce((sum, size) => sum + size, 0)) : undefined,
  ]
    .filter((word) => word !== undefined)
    .join(' ');
}

function showBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
