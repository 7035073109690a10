import { spawn } from 'node:child_process';
import { root } from './root.mjs';

// Read at once: while we wait for a lock or an install it may end, and we would be tied to its heir.
const parent = process.ppid;

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program with our terminal to its end and passes on every signal we get. With `tellsOurEnd` it has an IPC
 * channel that breaks when we are killed. Gives `{ code, signal }`; a program that cannot be started has code 127.
 */
export function runToItsEnd(
  command,
  parameters,
  { tellsOurEnd = false, output = 'inherit', env = process.env } = {},
) {
  return new Promise((resolve) => {
    const stdio = ['inherit', output, 'inherit', ...(tellsOurEnd ? ['ipc'] : [])];
    const child = spawn(command, parameters, { cwd: root, stdio, env });
    const forward = (signal) => child.kill(signal);
    for (const signal of forwarded) process.on(signal, forward);
    // npm passes a signal to the shell between us, which dies of it without a word to us: then end as well.
    const orphaned = setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 250);
    const end = (result) => {
      clearInterval(orphaned);
      for (const signal of forwarded) process.off(signal, forward);
      resolve(result);
    };
    child.once('exit', (code, signal) => end({ code, signal }));
    child.once('error', (error) => {
      console.error(`${command} cannot be started: ${error.message}`);
      end({ code: 127, signal: null });
    });
  });
}
