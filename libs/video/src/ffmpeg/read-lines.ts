/** Maximum length of a line in characters; the rest of a longer one is dropped. */
const lineLimit = 4_096;

/** Splits a stream of text into lines of bounded length. Returns a function to call with each chunk, and with '' at the end. */
export function readLines(onLine: (line: string) => void): (chunk: string) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk).split(/[\r\n]+/);
    rest = chunk === '' ? '' : (lines.pop() ?? '').slice(0, lineLimit);
    for (const line of lines) if (line !== '') onLine(line.slice(0, lineLimit));
  };
}
