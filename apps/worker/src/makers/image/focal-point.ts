import type { FocalPoint } from '#image';

/** The focal point in the vars `focus_x` and `focus_y`; null if either is missing or not a number from 0 to 1. */
export function focalPointOf(vars: Readonly<Record<string, string>>): FocalPoint | null {
  const x = readShare(vars['focus_x']);
  const y = readShare(vars['focus_y']);
  return x === null || y === null ? null : { x, y };
}

function readShare(text: string | undefined): number | null {
  if (text === undefined || !/^(0|1|0?\.\d{1,18}|[01]\.\d{1,18})$/.test(text)) return null;
  const share = Number(text);
  return share <= 1 ? share : null;
}
