/** A small picture of a moment: a part of a sheet of many. */
export interface Tile {
  readonly startS: number;
  readonly sheet: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A storyboard has at most a thousand; others are no storyboards of ours. */
const tilesAtMost = 2_000;

/** Reads the tiles of a storyboard, in the order of their times. */
export async function readStoryboard(url: string, signal: AbortSignal): Promise<Tile[]> {
  const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(20_000)]) });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return tilesOf(await answer.text());
}

/** The tiles that a WebVTT file tells of: a line of times, then `sheet#xywh=x,y,width,height`. */
function tilesOf(text: string): Tile[] {
  const cue = /^((?:\d+:)?\d+:\d+\.\d+) -->.*\r?\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)/gm;
  const tiles: Tile[] = [];
  for (const [, time = '', sheet = '', ...box] of text.matchAll(cue)) {
    const [x = 0, y = 0, width = 0, height = 0] = box.map(Number);
    const startS = time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
    if (tiles.push({ startS, sheet, x, y, width, height }) === tilesAtMost) break;
  }
  return tiles;
}

/** The tile of a moment: the last that begins before it. */
export function tileAt(tiles: readonly Tile[], atS: number): Tile | undefined {
  return tiles.findLast(({ startS }) => startS <= atS) ?? tiles[0];
}
