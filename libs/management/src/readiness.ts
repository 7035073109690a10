import { LandfallError } from '#runtime';

/** Whether a process may be given work. */
export class Readiness {
  private isStopping = false;

  /** @param checks what must hold; each throws what is the matter, within a time limit of its own */
  constructor(private readonly checks: readonly (() => Promise<void>)[]) {}

  /** From now on it may not, whatever holds: the first step of a shutdown, while all else still works. */
  stop(): void {
    this.isStopping = true;
  }

  /** @throws LandfallError process.stopping, or what a check throws */
  async check(): Promise<void> {
    if (this.isStopping) throw new LandfallError('process.stopping');
    await Promise.all(this.checks.map((check) => check()));
  }
}
