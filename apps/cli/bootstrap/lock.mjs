import { mkdirSync, readFileSync, rmSync, statSync, utimes, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { root } from './root.mjs';

const folder = join(root, '.landfall');
const lockFile = join(folder, 'bootstrap.lock');
const beatMs = 1_000;
const staleAfterMs = 15_000;
const waitLimitMs = 600_000;

/** Does the work while no other bootstrap of this clone does: two installs or builds at once spoil each other. */
export async function withLock(work) {
  await takeLock();
  // A living holder keeps its lock young; a number of a process alone may be somebody else's by now.
  const beat = setInterval(() => utimes(lockFile, new Date(), new Date(), () => undefined), beatMs);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    if (isOurs()) rmSync(lockFile, { force: true });
  }
}

/** One who took us for dead, after a stall of the machine, has its own now. */
function isOurs() {
  try {
    return readFileSync(lockFile, 'utf8') === String(process.pid);
  } catch {
    return false;
  }
}

async function takeLock() {
  mkdirSync(folder, { recursive: true });
  const deadline = Date.now() + waitLimitMs;
  let told = false;
  for (;;) {
    try {
      writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isStale()) {
      rmSync(lockFile, { force: true });
      continue;
    }
    if (Date.now() > deadline)
      throw new Error(
        `Another run has held ${lockFile} for too long; remove the file if no other run is active.`,
      );
    if (!told) console.error('Another run is installing or building; waiting for it …');
    told = true;
    await pause(100);
  }
}

function isStale() {
  try {
    const pid = Number(readFileSync(lockFile, 'utf8'));
    if (Date.now() - statSync(lockFile).mtimeMs > staleAfterMs) return true;
    if (pid > 0) process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}
