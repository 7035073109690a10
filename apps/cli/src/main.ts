#!/usr/bin/env node
import { isLandfallError } from '#runtime';
import './errors.js';
import { runProgram, usageExitCode } from './program.js';

/**
 * The `landfall` command. Only this file passes the environment on: `start` gives it to the
 * processes it starts.
 */
try {
  process.exitCode = await runProgram(process.argv.slice(2), process.env);
} catch (error) {
  // Errors thrown on purpose are self-explanatory; only unexpected ones need their stack.
  console.error(isLandfallError(error) ? `landfall: ${error.message} (${error.code})` : error);
  process.exitCode = isLandfallError(error, 'request.invalid') ? usageExitCode : 1;
}
