/**
 * All warnings of Landfall: defects that a ready upload or rendition may have. The sentences are public; `docs/errors.md` is
 * generated from this table too.
 */
export const warningTable = {
  'media.corrupt': 'The decoder found damage inside the file: renditions may show stripes or blocks',
  'media.truncated': 'The file is truncated: the missing part is grey, black or absent',
  'rendition.missing_glyphs':
    'A text contains characters that no font of this service has: they are drawn as boxes',
} as const satisfies Record<string, string>;

export type WarningCode = keyof typeof warningTable;
