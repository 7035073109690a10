import { Command, CommanderError } from '@commander-js/extra-typings';
import { addDataCommands } from './commands/data.js';
import { addDevelopment } from './commands/development.js';
import { addDiagnosis } from './commands/diagnosis.js';
import type { AddCommands, Context, Program } from './commands/context.js';
import { addPrograms } from './commands/programs.js';
import { addRemoteCommands } from './commands/remote.js';
import { addWebhookCommands } from './commands/webhooks.js';

/** The exit code for words that no command understands. */
export const usageExitCode = 2;

const groups: readonly AddCommands[] = [
  addPrograms,
  addRemoteCommands,
  addWebhookCommands,
  addDataCommands,
  addDiagnosis,
  addDevelopment,
];

/** The `landfall` command with all of its commands. Does not run anything yet. */
export function createProgram(context: Context): Program {
  const program: Program = new Command('landfall');
  program
    .description('Turns uploads to Alibaba Cloud OSS into ready-to-serve media.')
    .showHelpAfterError('Add --help for what there is.')
    .addHelpText('after', '\nExit codes: 0 success, 1 failure, 2 words that are not understood.')
    // A value of an option of ours may begin like an option of a command.
    .enablePositionalOptions()
    .exitOverride();
  for (const add of groups) add(program, context);
  return program;
}

/**
 * Runs the command that the words name. Resolves with the exit code; words that are not understood
 * are answered on standard error, with 2.
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
