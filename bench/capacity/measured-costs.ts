import type { costs } from '#capacity';

/** What was measured of the table of costs, by the names in it. */
export type MeasuredCosts = Partial<Record<keyof typeof costs, number>>;
