/** A preview of one moment: a region of a sheet. */
export interface Tile {
  readonly startS: number;
  readonly sheet: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Landfall's storyboards have at most a thousand; anything above this limit is ignored. */
const tilesAtMost = 2_000;

/** Reads the tiles of a storyboard, ordered by time. */
export async function readStoryboard(url: string, signal: AbortSignal): Promise<Tile[]> {
  const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(20_000)]) });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return tilesOf(await answer.text());
}

/** Parses the tiles in a WebVTT file: a line of times, then `sheet#xywh=x,y,width,height`. */
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

/** The tile for a moment: the last one that starts at or before it, or else the first. */
export function tileAt(tiles: readonly Tile[], atS: number): Tile | undefined {
  return tiles.findLast(({ startS }) => startS <= atS) ?? tiles[0];
}
