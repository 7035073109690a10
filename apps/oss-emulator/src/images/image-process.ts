import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { sandboxEnvironment } from '#runtime';
import type { ImageAnswer, ImageFacts, ImageRequest, ImageTask, MadeImage } from './child/image-task.js';
import { imageRefusal } from './image-refusals.js';

/** The child file has the extension of this one: .js when built, .ts in the tests. */
const childFile = new URL(`./child/image-child${extname(import.meta.url)}`, import.meta.url);

/** Maximum number of queued requests. */
const maxWaiting = 100;
/** Idle time after which the process ends. */
const idleMs = 30_000;

/**
 * The process that decodes images: started on demand, runs one task at a time, and is killed if a task takes too
 * long.
 */
export class ImageProcess {
  readonly #limitMs: number;
  #child: ChildProcess | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #closed = false;
  #idle: NodeJS.Timeout | undefined;

  /** @param limitMs time limit for one task */
  constructor(limitMs = 30_000) {
    this.#limitMs = limitMs;
  }

  /** Process id; undefined while no process runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Reads the frame count and EXIF tags; undefined if the source is gone.
   * @throws OssRefusal
   */
  async readFacts(source: ImageTask['source']): Promise<ImageFacts | undefined> {
    const answer = await this.#run({ source });
    return 'facts' in answer ? answer.facts : undefined;
  }

  /**
   * Makes an image and writes it to a new file; undefined if the source is gone.
   * @throws OssRefusal
   */
  async make(
    source: ImageTask['source'],
    request: ImageRequest,
    output: string,
  ): Promise<MadeImage | undefined> {
    const answer = await this.#run({ source, make: { request, output } });
    return 'made' in answer ? answer.made : undefined;
  }

  /** Kills the process and its current task. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#end();
  }

  /**
   * Runs a task after the ones queued before it.
   * @throws OssRefusal for the image, or ServiceUnavailable if too many wait; an error if the process ends
   */
  async #run(task: ImageTask): Promise<ImageAnswer> {
    if (this.#waiting >= maxWaiting) throw imageRefusal('tooBusy');
    this.#waiting++;
    const done = this.#turn.then(() => this.#ask(task));
    this.#turn = done.catch(() => undefined);
    try {
      const answer = await done;
      if ('fault' in answer && answer.fault !== 'sourceIsGone') throw imageRefusal(answer.fault);
      return answer;
    } finally {
      this.#waiting--;
    }
  }

  async #ask(task: ImageTask): Promise<ImageAnswer> {
    if (this.#closed) throw new Error('the emulator closes');
    clearTimeout(this.#idle);
    const child = (this.#child ??= this.#start());
    const settled = new AbortController();
    const limit = setTimeout(() => child.kill('SIGKILL'), this.#limitMs);
    try {
      const answered = once(child, 'message', { signal: settled.signal });
      const ended = once(child, 'exit', { signal: settled.signal }).then(([code, signal]) => {
        throw new Error(`the process of images ended (${signal ?? code})`);
      });
      // The loser of the race is aborted; its rejection must not go unhandled.
      answered.catch(() => undefined);
      ended.catch(() => undefined);
      child.send(task);
      const [answer] = await Promise.race([answered, ended]);
      this.#idle = setTimeout(() => void this.#end(), idleMs).unref();
      return answer as ImageAnswer;
    } finally {
      clearTimeout(limit);
      settled.abort();
    }
  }

  #start(): ChildProcess {
    const child = fork(childFile, {
      env: { ...sandboxEnvironment(), MALLOC_ARENA_MAX: '2', VIPS_WARNING: '1' },
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const forget = () => {
      if (this.#child === child) this.#child = undefined;
    };
    child.once('exit', forget);
    child.once('error', forget);
    return child;
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    const child = this.#child;
    if (!child) return;
    // The next task starts a new process.
    this.#child = undefined;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}
