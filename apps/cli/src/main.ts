#!/usr/bin/env node
import { isLandfallError } from '#runtime';
import './errors.js';
import { isCommand, printUsage, runCommand } from './commands.js';

/**
 * The `landfall` command. Only this file passes the environment on: `start` gives it to the
 * processes it starts.
 */
const [name = 'help', ...words] = process.argv.slice(2);
try {
  if (isCommand(name) && words.some((word) => word === '--help' || word === '-h')) printUsage(name);
  else if (isCommand(name)) process.exitCode = await runCommand(name, words, process.env);
  else {
    console.error(`landfall: unknown command ${name}; see "landfall help"`);
    process.exitCode = 1;
  }
} catch (error) {
  // Errors thrown on purpose are self-explanatory; only unexpected ones need their stack.
  console.error(isLandfallError(error) ? `landfall: ${error.message} (${error.code})` : error);
  process.exitCode = 1;
}
