/** Limits for the subtitles of one language: hours of dialogue have a few thousand cues. */
const limits = { cues: 20_000, lines: 8, lineLength: 500, characters: 2_097_152 };

const time = String.raw`(?:\d{2,4}:)?[0-5]\d:[0-5]\d\.\d{3}`;
const timing = new RegExp(`^(${time}) --> (${time})`);
/** The only markup that is kept: bold, italic and underlined. */
const keptTag = /<(\/?)([biu])>/gi;
const keptEntity = /&amp;(amp|lt|gt|nbsp|lrm|rlm);/g;

/**
 * Parses the cues of a WebVTT file that ffmpeg wrote, and serializes them again: times and plain
 * text, with bold, italic and underlined as the only markup. Whatever a subtitle of an upload
 * contains, a player sees only text; styles, notes and positions are dropped.
 *
 * @returns null if there are no cues; `cut` if there are more than the limit
 */
export function cleanCues(text: string): { text: string; cues: number; cut: boolean } | null {
  const cues: string[] = [];
  let characters = 0;
  let cut = false;
  for (const block of text.replaceAll(/\r\n?/g, '\n').split(/\n{2,}/)) {
    const lines = block.split('\n');
    const at = lines.findIndex((line) => timing.test(line));
    const [, begin, end] = timing.exec(lines[at] ?? '') ?? [];
    const said = lines.slice(at + 1).filter((line) => line.trim() !== '');
    if (begin === undefined || end === undefined || said.length === 0) continue;
    const cue = `${begin} --> ${end}\n${said.slice(0, limits.lines).map(cleanLine).join('\n')}\n`;
    characters += cue.length;
    cut = cues.length >= limits.cues || characters > limits.characters;
    if (cut) break;
    cues.push(cue);
  }
  if (cues.length === 0) return null;
  // Our streams begin at time 0 (RFC 8216 section 3.5).
  const head = 'WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n';
  return { text: `${[head, ...cues].join('\n')}`, cues: cues.length, cut };
}

function cleanLine(line: string): string {
  const pieces = line
    .slice(0, limits.lineLength)
    .replaceAll(/\p{Cc}/gu, ' ')
    .split(keptTag);
  // Alternates between a piece of text and the slash and letter of a tag.
  return pieces
    .map((piece, index) => {
      if (index % 3 === 0) return escapeText(piece);
      return index % 3 === 1 ? `<${piece}` : `${piece.toLowerCase()}>`;
    })
    .join('');
}

function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll(keptEntity, '&$1;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
