import { Redis } from 'ioredis';
import type { App } from '../parts/app.js';
import type { Link, LinkState } from '../parts/link.js';
import type { Part } from '../parts/part.js';
import type { Stack } from '../parts/stack.js';

/** A fault injected into a running Landfall. */
export interface Fault {
  /** How long it lasts before it is lifted. */
  readonly holdMs: number;
  /** Whether recovery is expected while the fault lasts, and is timed from its start; otherwise from its end. */
  readonly recoversMeanwhile: boolean;
  /** The names of the possible targets; without any, the fault is left out. */
  readonly targets: (stack: Stack) => readonly string[];
  /** Why the fault is impossible here; null if it is possible. */
  readonly refusal?: (stack: Stack) => string | null;
  readonly strike: (stack: Stack, target: number) => Promise<void> | void;
  readonly lift?: (stack: Stack, target: number) => Promise<void> | void;
}

/** Longer than the lock of a job, which is 6 s. */
const stopMs = 20_000;

const kill = (partsOf: (stack: Stack) => readonly (Part | null)[]): Fault => ({
  holdMs: 0,
  recoversMeanwhile: true,
  targets: (stack) => partsOf(stack).flatMap((part) => (part ? [part.name] : [])),
  strike: (stack, target) => partsOf(stack)[target]?.kill(),
});

const disturb = (state: LinkState, holdMs: number): Fault => ({
  holdMs,
  recoversMeanwhile: false,
  targets: ({ links }) => links.map(({ name }) => name),
  strike: ({ links }, target) => linkOf(links, target).set(state),
  lift: ({ links }, target) => linkOf(links, target).set('open'),
});

export const faults = {
  'kill api': kill(({ api }) => [api]),
  'kill worker': kill(({ workers }) => workers),
  'kill emulator': kill(({ emulator }) => [emulator]),
  'kill postgres': kill(({ postgres }) => [postgres]),
  'kill redis': kill(({ redis }) => [redis]),
  'flush redis': {
    holdMs: 0,
    recoversMeanwhile: true,
    targets: ({ redis }) => (redis ? [redis.name] : []),
    strike: ({ queueUrl }) => flush(queueUrl),
  },
  'stop worker': {
    holdMs: stopMs,
    recoversMeanwhile: true,
    targets: ({ workers }) => workers.map(({ name }) => name),
    strike: ({ workers }, target) => appOf(workers, target).signal('SIGSTOP'),
    lift: ({ workers }, target) => appOf(workers, target).signal('SIGCONT'),
  },
  'fill scratch disk': {
    holdMs: 8_000,
    recoversMeanwhile: false,
    targets: ({ workers }) => workers.map(({ name }) => name),
    refusal: ({ scratch }) => scratch.find(({ shared }) => shared !== null)?.shared ?? null,
    strike: ({ scratch }, target) => scratch[target]?.fill(),
    lift: ({ scratch }, target) => scratch[target]?.clear(),
  },
  'cut network': disturb('cut', 3_000),
  'slow network': disturb('slow', 8_000),
  'silent network': disturb('silent', 8_000),
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof faults;

/** The possible targets of each fault in this stack. */
export function targetsIn(stack: Stack): Record<FaultName, readonly string[]> {
  const entries = Object.entries(faults).map(([name, { targets }]) => [name, targets(stack)]);
  return Object.fromEntries(entries) as Record<FaultName, readonly string[]>;
}

function linkOf(links: readonly Link[], target: number): Link {
  const link = links[target];
  if (!link) throw new Error(`there is no link ${target}`);
  return link;
}

function appOf(apps: readonly App[], target: number): App {
  const app = apps[target];
  if (!app) throw new Error(`there is no worker ${target}`);
  return app;
}

async function flush(url: string): Promise<void> {
  const redis = new Redis(url);
  try {
    await redis.flushall();
  } finally {
    redis.disconnect();
  }
}
