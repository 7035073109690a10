import type { ExportedSpan } from '#local';

/** A row of the drawing: one span, or several similar spans with the same parent. */
export interface TraceRow {
  readonly name: string;
  /** Further details, in a few words. */
  readonly detail: string;
  readonly service: string;
  /** Nesting depth: the number of its ancestors. */
  readonly depth: number;
  /** Ordered by start; never empty. */
  readonly spans: readonly ExportedSpan[];
  /** Error code; null if it succeeded. */
  readonly error: string | null;
}

/** More similar children of one span than this share a row. */
const alikeMax = 3;

/** Arranges the spans of a trace in rows: children below their parent, ordered by start. */
export function rowsOf(spans: readonly ExportedSpan[]): TraceRow[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const byStart = spans.toSorted((one, other) => one.startMs - other.startMs || other.endMs - one.endMs);
  // The parent of the root may belong to a client, or may be lost with a worker that died.
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

/** Leaf spans with the same title are similar. */
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

/** What distinguishes a span from others of its kind. */
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
