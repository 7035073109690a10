/** Longest line that is kept; the rest of a longer one is dropped. */
const lineLimit = 4_096;

/** Cuts a stream of text into bounded lines. Returns what takes the chunks, and an empty chunk for the end. */
export function readLines(onLine: (line: string) => void): (chunk: string) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk).split(/[\r\n]+/);
    rest = chunk === '' ? '' : (lines.pop() ?? '').slice(0, lineLimit);
    for (const line of lines) if (line !== '') onLine(line.slice(0, lineLimit));
  };
}
