import { isLandfallError } from '#runtime';
import './errors.js';
import { isCommand, printUsage, runCommand } from './commands.js';

/** The `landfall` command. This file alone hands the environment on: `start` passes it to the processes it starts. */
const [name = 'help', ...words] = process.argv.slice(2);
try {
  if (isCommand(name) && words.some((word) => word === '--help' || word === '-h')) printUsage(name);
  else if (isCommand(name)) process.exitCode = await runCommand(name, words, process.env);
  else {
    console.error(`landfall: unknown command ${name}; see "landfall help"`);
    process.exitCode = 1;
  }
} catch (error) {
  // What we throw on purpose says all there is to say; only the unforeseen needs its stack.
  console.error(isLandfallError(error) ? `landfall: ${error.message} (${error.code})` : error);
  process.exitCode = 1;
}
