import type { Size } from '#media';

/**
 * The layout of a storyboard: `columns` times `rows` of one size in each sheet, one every
 * `intervalMs`.
 */
export interface TileGrid extends Size {
  readonly columns: number;
  readonly rows: number;
  readonly intervalMs: number;
}

/**
 * The WebVTT file of a storyboard: one cue per tile, without gaps, the last one until the end. Each
 * refers to its part of a sheet as a media fragment (W3C Media Fragments, 4.2.2).
 */
export function writeCues(
  { width, height, columns, rows, intervalMs }: TileGrid,
  sheets: readonly string[],
  count: number,
  durationMs: number,
): string {
  const cues = Array.from({ length: count }, (_, index) => {
    const place = index % (columns * rows);
    const sheet = sheets[Math.floor(index / (columns * rows))] ?? '';
    const [x, y] = [(place % columns) * width, Math.floor(place / columns) * height];
    const startMs = index * intervalMs;
    const endMs = index === count - 1 ? Math.max(durationMs, startMs + 1) : startMs + intervalMs;
    return `${time(startMs)} --> ${time(endMs)}\n${sheet}#xywh=${x},${y},${width},${height}\n`;
  });
  return ['WEBVTT\n', ...cues].join('\n');
}

/** Hours, minutes, seconds and milliseconds in WebVTT format. */
function time(ms: number): string {
  const whole = Math.round(ms);
  const parts = [
    Math.floor(whole / 3_600_000),
    Math.floor(whole / 60_000) % 60,
    Math.floor(whole / 1_000) % 60,
  ];
  const [hours, minutes, seconds] = parts.map((part) => String(part).padStart(2, '0'));
  return `${hours}:${minutes}:${seconds}.${String(whole % 1_000).padStart(3, '0')}`;
}
