/** Every kind of rendition, in the order of the documentation. */
export const renditionKinds = [
  'image',
  'loop',
  'poster',
  'preview',
  'storyboard',
  'hls',
  'mp4',
  'audio',
  'waveform',
] as const;
export type Kind = (typeof renditionKinds)[number];

/** Kinds of source, as detected from the bytes of an upload; a `document` is a PDF. */
export const sourceKinds = ['image', 'video', 'audio', 'document'] as const;
export type SourceKind = (typeof sourceKinds)[number];

/** Narrows a kind that comes from a database row or a file. */
export function isKind(kind: string): kind is Kind {
  return renditionKinds.some((known) => known === kind);
}
