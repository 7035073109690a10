import { spawn, type SpawnOptions } from 'node:child_process';

const outputLimitChars = 4_194_304;

export interface CommandResult {
  /**
   * Exit code; null if the command could not be started, was ended by a signal or exceeded the time
   * limit.
   */
  readonly code: number | null;
  /** Standard output and standard error together: the last 4 Mi characters. */
  readonly output: string;
}

export interface CommandOptions extends Pick<SpawnOptions, 'uid' | 'gid' | 'cwd' | 'env'> {
  readonly timeoutMs: number;
  /**
   * A file descriptor that receives the output instead; processes that the command leaves behind
   * keep it.
   */
  readonly outputFd?: number;
}

/**
 * Runs a command to its end and returns its output. Never rejects: a command that cannot be started
 * has code null.
 */
export function runCommand(
  command: string,
  parameters: readonly string[],
  { timeoutMs, outputFd, ...options }: CommandOptions,
): Promise<CommandResult> {
  return new Promise((resolve) => {
    let output = '';
    const sink = outputFd ?? 'pipe';
    const child = spawn(command, parameters, {
      ...options,
      stdio: ['ignore', sink, sink],
      timeout: timeoutMs,
    });
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-outputLimitChars);
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.once('error', (error) => resolve({ code: null, output: error.message }));
    child.once('exit', (code) => {
      const end = () => resolve({ code, output: output.trim() });
      child.once('close', end);
      // A process that the command leaves behind may keep the pipes open forever.
      setTimeout(end, 1_000).unref();
    });
  });
}
