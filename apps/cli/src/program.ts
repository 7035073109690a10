import { Command, CommanderError } from '@commander-js/extra-typings';
import { addDataCommands } from './commands/data.js';
import { addDevelopment } from './commands/development.js';
import { addDiagnosis } from './commands/diagnosis.js';
import type { AddCommands, Context, Program } from './commands/context.js';
import { addPrograms } from './commands/programs.js';
import { addRemoteCommands } from './commands/remote.js';
import { addWebhookCommands } from './commands/webhooks.js';

/** Exit code for a usage error. */
export const usageExitCode = 2;

const groups: readonly AddCommands[] = [
  addPrograms,
  addRemoteCommands,
  addWebhookCommands,
  addDataCommands,
  addDiagnosis,
  addDevelopment,
];

/** Creates the `landfall` command with all its subcommands, without running anything. */
export function createProgram(context: Context): Program {
  const program: Program = new Command('landfall');
  program
    .description('Turns uploads to Alibaba Cloud OSS into ready-to-serve media.')
    .showHelpAfterError('Run with --help for usage.')
    .addHelpText('after', '\nExit codes: 0 success, 1 failure, 2 invalid arguments.')
    // The value of a global option may look like an option of a subcommand.
    .enablePositionalOptions()
    .exitOverride();
  for (const add of groups) add(program, context);
  return program;
}

/**
 * Runs the command that the arguments name and resolves with its exit code. Usage errors are reported on standard
 * error with exit code 2.
 * @throws the errors of the command
 */
export async function runProgram(words: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  let exitCode = 0;
  const program = createProgram({ env, end: (code) => (exitCode = code) });
  try {
    await program.parseAsync(words.length === 0 ? ['help'] : [...words], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : usageExitCode;
  }
}
