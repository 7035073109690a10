import { z } from 'zod';
import type { FaultName } from './fault-table.js';

/** Which requests, callbacks or events a rule matches, and how many of them. */
const selection = {
  operation: z
    .string()
    .regex(/^[A-Z][A-Za-z]{1,63}$/, 'must be an operation such as PutObject')
    .optional(),
  keys: z.string().min(1, 'must be a pattern such as photos/*').max(1024).optional(),
  share: z.number('must be a number from 0 to 1').min(0).max(1).optional(),
  every: z.int('must be a whole number').min(1).max(1_000_000).optional(),
};
const delayMs = z.int('must be a whole number of milliseconds').min(1).max(600_000);

const rule = <Name extends FaultName, Shape extends z.core.$ZodShape>(fault: Name, shape: Shape) =>
  z.strictObject({ fault: z.literal(fault), ...selection, ...shape });

const ruleSchema = z
  .discriminatedUnion('fault', [
    rule('request.delay', { delayMs }),
    rule('request.refuse', {
      status: z.int().min(300).max(599).optional(),
      code: z
        .string()
        .regex(/^[A-Za-z][A-Za-z0-9]{0,63}$/, 'must be a code such as ServiceUnavailable')
        .optional(),
    }),
    rule('request.reset', {}),
    rule('request.truncate', {}),
    rule('request.loseAnswer', {}),
    rule('callback.drop', {}),
    rule('callback.delay', { delayMs }),
    rule('callback.duplicate', {}),
    rule('callback.corrupt', {}),
    rule('callback.loseAnswer', {}),
    rule('callback.reorder', { delayMs }),
    rule('event.drop', {}),
    rule('event.delay', { delayMs }),
    rule('event.duplicate', {}),
    rule('event.reorder', { delayMs }),
    rule('event.corrupt', {}),
  ])
  .refine(
    ({ share, every }) => share === undefined || every === undefined,
    'share and every exclude each other',
  );

const planSchema = z.strictObject({
  /** Seed of the draws for `share`: the same seed and sequence give the same decisions. */
  seed: z.int('must be a whole number').default(1),
  rules: z.array(ruleSchema, 'must be a list').max(100).default([]),
});

export type FaultPlan = z.output<typeof planSchema>;
export const noFaults: FaultPlan = { seed: 1, rules: [] };
export type FaultRule = FaultPlan['rules'][number];

/** A plan, or a description of what is wrong with it. */
export type ReadPlan = { readonly plan: FaultPlan } | { readonly problem: string };

/** Reads a fault plan. `{}` means no faults. */
export function readFaultPlan(value: unknown): ReadPlan {
  const { data, error } = planSchema.safeParse(value);
  if (data) return { plan: data };
  const problems = error.issues.map(({ path, message }) => `${path.join('.') || 'faults'}: ${message}`);
  return { problem: problems.join('; ') };
}
