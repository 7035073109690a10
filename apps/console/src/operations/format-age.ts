import { language } from '../language/language.js';

const steps = [
  [60, 1, 'second'],
  [3_600, 60, 'minute'],
  [86_400, 3_600, 'hour'],
  [Infinity, 86_400, 'day'],
] as const;

/** Formats a duration in its largest unit: `4 sec`, `3 min`, `2 hr`. */
export function formatAge(seconds: number): string {
  const [, size, unit] = steps.find(([below]) => seconds < below) ?? steps[3];
  return new Intl.NumberFormat(language.value, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: 0,
  }).format(Math.max(0, Math.floor(seconds / size)));
}

/** Formats the time elapsed since `iso`. */
export function formatSince(iso: string): string {
  return formatAge((Date.now() - Date.parse(iso)) / 1_000);
}
