/** Values that your backend sets on an upload, independent of its callback. */
export interface OwnWords {
  title: string | null;
  /** Distinct, in the order given. */
  tags: string[];
  labels: Record<string, string>;
}

/** Maximum tags and labels of an upload; bounded because each of its events contains them. */
export const ownWordsLimits = { tags: 50, labels: 20 } as const;

export function ownWordsOf({ title, tags, labels }: OwnWords): OwnWords {
  return { title, tags, labels };
}

/** A JSON merge patch (RFC 7396) of labels: null removes one, or all. */
export function mergeLabels(
  labels: OwnWords['labels'],
  patch: Readonly<Record<string, string | null>> | null,
): OwnWords['labels'] {
  if (patch === null) return {};
  const merged = new Map<string, string | null>([...Object.entries(labels), ...Object.entries(patch)]);
  return Object.fromEntries([...merged].filter((entry): entry is [string, string] => entry[1] !== null));
}

/** Joins the values of two uploads that turn out to be one. The first wins where they differ; the excess is dropped. */
export function joinOwnWords(first: OwnWords, other: OwnWords): OwnWords {
  // Not the names of one object with both: names like numbers come first there, whoever has them.
  const names = [...new Set([...Object.keys(first.labels), ...Object.keys(other.labels)])];
  const labels: OwnWords['labels'] = { ...other.labels, ...first.labels };
  return {
    title: first.title ?? other.title,
    tags: [...new Set([...first.tags, ...other.tags])].slice(0, ownWordsLimits.tags),
    labels: Object.fromEntries(
      names.slice(0, ownWordsLimits.labels).map((name) => [name, labels[name] ?? '']),
    ),
  };
}
