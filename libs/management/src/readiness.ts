import { LandfallError } from '#runtime';

/** Readiness of a process to receive work. */
export class Readiness {
  private isStopping = false;

  /** @param checks conditions of readiness; each rejects if its condition fails, within its own time limit */
  constructor(private readonly checks: readonly (() => Promise<void>)[]) {}

  /** Makes the process permanently not ready. The first step of a shutdown, while everything else still works. */
  stop(): void {
    this.isStopping = true;
  }

  /** Runs all checks. @throws LandfallError process.stopping, or the error of a check */
  async check(): Promise<void> {
    if (this.isStopping) throw new LandfallError('process.stopping');
    await Promise.all(this.checks.map((check) => check()));
  }
}
