import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectTo } from '../../harness/services.js';
import { countAll, type Counted } from '../count/count-all.js';
import { findForeignProcesses, findScratchFiles } from '../count/leftovers.js';
import { Client } from '../load/client.js';
import { drive } from '../load/drive.js';
import { makeMedia } from '../load/media.js';
import { Receiver } from '../load/receiver.js';
import type { KindShares } from '../load/uploads.js';
import { type Backend, type Base, openBase } from '../parts/base.js';
import type { Part } from '../parts/part.js';
import { Balancer } from './balancer.js';
import { Callers, type Calls } from './callers.js';
import { Fleet, type Kind, type Restart } from './fleet.js';
import { type Followed, Follower } from './follower.js';
import { countJobRuns, type JobRuns } from './job-runs.js';
import { migrate, type Release, thisRelease } from './release.js';

export interface RollingOptions {
  readonly backend: Backend;
  readonly uploads: number;
  readonly seed: number;
  readonly perSecond: number;
  /** The release that runs before and alongside this one; null for a restart without an upgrade. */
  readonly other: Release | null;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** The result of a run. */
export interface RollingOutcome extends Counted {
  readonly backend: Backend;
  readonly restarts: readonly Restart[];
  readonly calls: Calls;
  readonly followed: Followed;
  readonly jobs: JobRuns;
  readonly loadS: number;
  readonly settleS: number;
  /** Descriptions of all violations. */
  readonly broken: readonly string[];
  readonly holds: boolean;
  /** Where logs and data are kept; null if they were removed because everything holds. */
  readonly folder: string | null;
}

/** More and longer films than usual, so that some are unfinished when their worker ends. */
const shares: KindShares = [
  ['sound', 0.01],
  ['film', 0.03],
  ['damaged', 0.01],
];
const film = { seconds: 6, size: '640x360' };
const pipelines = `version: 1
pipelines:
  - { name: photos, match: { kind: image }, damaged: fail, renditions: [{ name: small, kind: image, width: 96, format: jpeg }] }
  - name: films
    match: { kind: video }
    renditions:
      - { name: poster, kind: poster, width: 160, format: jpeg }
      - { name: stream, kind: hls, heights: [144, 360] }
  - { name: sounds, match: { kind: audio }, renditions: [{ name: audio, kind: audio, codec: aac, bitrateKbps: 64 }] }
`;
const members: readonly Kind[] = ['api', 'worker', 'api', 'worker'];

type RollingStack = Base & { readonly apiUrl: string; readonly parts: readonly Part[] };

/**
 * Uploads while every api and worker is restarted repeatedly, one after another, and counts every visible effect.
 * With another release, it also upgrades along the way.
 */
export async function proveRolling(options: RollingOptions): Promise<RollingOutcome> {
  const { backend, seed, other, signal, say } = options;
  const folder = await mkdtemp(join(tmpdir(), 'landfall-rolling-'));
  // When run as root, Postgres runs as another user, who needs access.
  await chmod(folder, 0o755);
  let isKept = true;
  try {
    await using disposables = new AsyncDisposableStack();
    say(`${backend}: starting, seed ${seed}`);
    const files = {
      answersFile: join(folder, 'answers.txt'),
      receivedFile: join(folder, 'received.txt'),
    };
    const receiver = disposables.use(await Receiver.open(files.receivedFile, seed));
    const balancer = disposables.use(await Balancer.open());
    const publicUrl = balancer.url;
    const base = await openBase(disposables, {
      backend,
      folder,
      pipelines,
      publicUrl,
      emulatorFaults: { seed, rules: [] },
    });
    await migrate(other ?? thisRelease, base.env);
    const fleet = new Fleet(base, balancer, folder);
    for (const kind of members) await fleet.start(kind, other ?? thisRelease);
    const stack: RollingStack = {
      ...base,
      apiUrl: publicUrl,
      get parts() {
        const { postgres, redis, emulator } = base;
        return [postgres, ...(redis ? [redis] : []), emulator, ...fleet.running];
      },
    };
    await receiver.subscribe(stack);
    const follower = new Follower(stack);
    const callers = new Callers(stack);
    const startedAt = performance.now();
    const restarts = await runLoad({ stack, fleet, callers }, folder, files.answersFile, options);
    const loadedAt = performance.now();
    say('all uploads are made');
    const counted = await countAll(stack, files, { signal, say });
    const settledAt = performance.now();
    await using database = await connectTo(base.databaseUrl);
    const followed = await follower.stop(database.client);
    await fleet.stop();
    await base.emulator.stop();
    const processes = await findForeignProcesses(stack);
    const leftovers = [
      ...counted.leftovers,
      ...processes.map((pid) => `process ${pid}, after all were stopped`),
      ...(await findScratchFiles(fleet)),
    ];
    signal.throwIfAborted();
    const jobs = await countJobRuns(fleet.workerLogs);
    const outcome = {
      ...counted,
      leftovers,
      backend,
      restarts,
      calls: callers.counted(),
      followed,
      jobs,
      loadS: Math.round((loadedAt - startedAt) / 1_000),
      settleS: Math.round((settledAt - loadedAt) / 1_000),
    };
    const broken = findBroken(outcome, {
      'processes that ended by themselves': fleet.endedByThemselves,
      'deliveries whose signature does not hold': receiver.forged,
    });
    isKept = broken.length > 0;
    return { ...outcome, broken, holds: !isKept, folder: isKept ? folder : null };
  } finally {
    if (isKept && !signal.aborted) say(`logs and data are in ${folder}`);
    else await rm(folder, { recursive: true, force: true });
  }
}

interface Running {
  readonly stack: RollingStack;
  readonly fleet: Fleet;
  readonly callers: Callers;
}

/** Runs uploads, calls and restarts until all uploads are made. */
async function runLoad(
  { stack, fleet, callers }: Running,
  folder: string,
  answersFile: string,
  { uploads, seed, perSecond, other, signal, say }: RollingOptions,
): Promise<Restart[]> {
  const media = await makeMedia(join(folder, 'media'), film);
  const over = new AbortController();
  const ends = AbortSignal.any([signal, over.signal]);
  const client = new Client(stack, media, { onAnswer: () => undefined, onFailure: callers.tellFailure });
  let begun = 0;
  const calling = callers.callUntil(ends);
  const restarting = restartAll({ stack, fleet }, { other, share: () => begun / uploads, signal: ends, say });
  // If one fails, the others are ended too, before anything is torn down.
  for (const work of [calling, restarting]) work.catch((error: unknown) => over.abort(error));
  try {
    await drive({
      uploads,
      seed,
      perSecond,
      shares,
      answersFile,
      mayBegin: async (number) => void (begun = number),
      upload: (upload, end) => client.upload(upload, end),
      signal: ends,
    });
  } finally {
    over.abort();
    await Promise.allSettled([calling, restarting]);
  }
  await calling;
  return restarting;
}

interface Restarting {
  readonly other: Release | null;
  /** Share of uploads that have begun, from 0 to 1. */
  readonly share: () => number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/**
 * Restarts an api, a worker, an api and so on. An upgrade starts on the other release. After a quarter of the
 * uploads, this release migrates the database while the other one runs. From then on each restart switches a process
 * to the other or back to this release, so that both always run side by side. In the last quarter and at the end only
 * this release runs.
 */
async function restartAll(
  { stack, fleet }: Pick<Running, 'stack' | 'fleet'>,
  { other, share, signal, say }: Restarting,
): Promise<Restart[]> {
  const restarts: Restart[] = [];
  let isMigrated = other === null;
  const next = (): Release => {
    if (!other || share() > 0.75) return thisRelease;
    if (!isMigrated) return other;
    return fleet.countOf('this') * 2 <= fleet.running.length ? thisRelease : other;
  };
  const restart = async (kind: Kind, release: Release) => {
    const made = await fleet.restart(kind, release);
    restarts.push(made);
    say(
      `${kind} of ${release.name} release: ready in ${ms(made.readyMs)}, the one before ended in ${ms(made.endMs)}`,
    );
  };
  for (let turn = 0; !signal.aborted; turn += 1) {
    if (!isMigrated && share() > 0.25) {
      const startedAt = performance.now();
      await migrate(thisRelease, stack.env);
      isMigrated = true;
      say(`migrated in ${ms(performance.now() - startedAt)}`);
    }
    await restart(members[turn % members.length] ?? 'api', next());
  }
  for (const kind of fleet.countOf('other') > 0 ? members : []) await restart(kind, thisRelease);
  return restarts;
}

const ms = (duration: number) => `${Math.round(duration)} ms`;

/**
 * Lists all violations. Uploads found by other means than their callback are violations too: callbacks alone must
 * suffice.
 */
function findBroken(
  {
    totals,
    findings,
    leftovers,
    calls,
    followed,
    jobs,
    restarts,
    isSettled,
  }: Omit<RollingOutcome, 'broken' | 'holds' | 'folder'>,
  more: Readonly<Record<string, number>>,
): string[] {
  const unclean = restarts.filter(({ exitCode }) => exitCode !== 0).length;
  const counts: Record<string, number> = {
    ...Object.fromEntries(Object.entries(findings).map(([name, { count }]) => [name, count])),
    'left behind': leftovers.length,
    'answered 203': totals.answered203,
    'stored, the answer lost': totals.answerLost,
    'given up by the client': totals.givenUp,
    'not known by its callback': totals.stored - totals.byCallback,
    'failed requests': calls.failed,
    'events missed by the stream': followed.missed,
    'events twice in the stream': followed.again,
    'jobs done twice': jobs.doneTwice.length,
    'jobs lost to another worker': jobs.lost,
    'processes that did not end in order': unclean,
    'not still after ten minutes': isSettled ? 0 : 1,
    ...more,
  };
  return Object.entries(counts).flatMap(([what, count]) => (count > 0 ? [`${what}: ${count}`] : []));
}
