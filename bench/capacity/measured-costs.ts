import type { costs } from '#capacity';

/** Measured values, by their names in the cost table. */
export type MeasuredCosts = Partial<Record<keyof typeof costs, number>>;
