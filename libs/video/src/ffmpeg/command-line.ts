/** Spells options as ffmpeg reads them, in the order given: `{ crf: 23 }` becomes `['-crf', '23']`. */
export function options(values: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [`-${name}`, String(value)]);
}
