#!/usr/bin/env node
import { isLandfallError } from '#runtime';
import './errors.js';
import { runProgram, usageExitCode } from './program.js';

/**
 * Whether the API client threw this error deliberately. Checked by name, since most commands never load the client.
 */
function isClientError(error: unknown): error is Error {
  return (
    error instanceof Error && ['LandfallProblem', 'LandfallUnreachable', 'TimeoutError'].includes(error.name)
  );
}

// The reader of our output may close it early: `landfall events tail | head -1`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

/**
 * The `landfall` command. Only this file reads the environment and passes it on; `start` passes it to its child
 * processes.
 */
try {
  process.exitCode = await runProgram(process.argv.slice(2), process.env);
} catch (error) {
  // Errors thrown on purpose are self-explanatory; only unexpected ones need their stack.
  if (isLandfallError(error)) console.error(`landfall: ${error.message} (${error.code})`);
  else console.error(isClientError(error) ? `landfall: ${error.message}` : error);
  process.exitCode = isLandfallError(error, 'request.invalid') ? usageExitCode : 1;
}
