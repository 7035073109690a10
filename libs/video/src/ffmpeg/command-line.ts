/** Formats options as ffmpeg arguments, in the given order: `{ crf: 23 }` becomes `['-crf', '23']`. */
export function options(values: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [`-${name}`, String(value)]);
}
