import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, nodeFlags, workerFlags } from '#local';
import { pause } from '#runtime';
import type { App } from '../parts/app.js';
import type { Base } from '../parts/base.js';
import type { Balancer } from './balancer.js';
import type { Release } from './release.js';

export type Kind = 'api' | 'worker';

/** How long an api continues to serve after SIGTERM: until clients have closed their idle connections. */
const drainMs = 6_000;
/** Shorter than a film takes here, so that some jobs are handed back. */
const graceMs = 2_000;

/** One process of the fleet. */
interface Member {
  readonly kind: Kind;
  readonly release: Release['name'];
  readonly app: App;
  /** Null for a worker. */
  readonly port: number | null;
}

/** A completed restart. */
export interface Restart {
  readonly kind: Kind;
  readonly release: Release['name'];
  /** Time until the new process was ready, and time until the old one had ended. */
  readonly readyMs: number;
  readonly endMs: number;
  /** Null if it had to be killed. */
  readonly exitCode: number | null;
}

/** The running apis and workers, some of them possibly of another release. */
export class Fleet {
  readonly #members: Member[] = [];
  readonly scratch: { folder: string }[] = [];
  readonly workerLogs: string[] = [];
  readonly #started: App[] = [];

  constructor(
    private readonly base: Base,
    private readonly balancer: Balancer,
    private readonly folder: string,
  ) {}

  get running(): readonly App[] {
    return this.#members.map(({ app }) => app);
  }

  /** How often a process ended without having been stopped. */
  get endedByThemselves(): number {
    return this.#started.reduce((sum, { endedByItself }) => sum + endedByItself, 0);
  }

  /** Number of running processes of a release. */
  countOf(release: Release['name']): number {
    return this.#members.filter((member) => member.release === release).length;
  }

  /** Starts another process. */
  async start(kind: Kind, release: Release): Promise<void> {
    const name = `${kind}-${this.#started.length + 1}`;
    const member =
      kind === 'api' ? await this.#startApi(name, release) : await this.#startWorker(name, release);
    this.#started.push(member.app);
    this.#members.push(member);
  }

  /** Starts a new process and then stops the oldest of its kind, like a Deployment with `maxUnavailable: 0`. */
  async restart(kind: Kind, release: Release): Promise<Restart> {
    const startedAt = performance.now();
    await this.start(kind, release);
    const readyAt = performance.now();
    const exitCode = await this.#stop(this.#members.find((member) => member.kind === kind));
    const endMs = performance.now() - readyAt;
    return { kind, release: release.name, readyMs: readyAt - startedAt, endMs, exitCode };
  }

  /** Stops all of them gracefully. */
  async stop(): Promise<void> {
    await Promise.all([...this.#members].map((member) => this.#stop(member)));
  }

  async #stop(member: Member | undefined): Promise<number | null> {
    if (!member) throw new Error('there is nothing to restart');
    if (member.port !== null && member.release === 'other') {
      // Releases before `API_DRAIN_MS` were removed from the Service, and slept, before they received SIGTERM.
      this.balancer.remove(member.port);
      await pause(drainMs);
    }
    await member.app.stop();
    if (member.port !== null) this.balancer.remove(member.port);
    this.#members.splice(this.#members.indexOf(member), 1);
    return member.app.exitCode;
  }

  async #startApi(name: string, release: Release): Promise<Member> {
    const port = await freePort();
    const env = { API_PORT: String(port), API_DRAIN_MS: String(drainMs) };
    const app = await this.base.startApp({ name, path: release.api, env, flags: nodeFlags });
    await this.balancer.add(port);
    return { kind: 'api', release: release.name, app, port };
  }

  async #startWorker(name: string, release: Release): Promise<Member> {
    const folder = join(this.folder, 'scratch', name);
    await mkdir(folder, { recursive: true });
    this.scratch.push({ folder });
    this.workerLogs.push(join(this.folder, 'logs', `${name}.log`));
    const env = {
      // Job runs are counted by their log lines.
      LOG_LEVEL: 'info',
      MEDIA_SCRATCH_DIR: folder,
      WORKER_SHUTDOWN_GRACE_MS: String(graceMs),
    };
    const app = await this.base.startApp({ name, path: release.worker, env, flags: workerFlags });
    return { kind: 'worker', release: release.name, app, port: null };
  }
}
