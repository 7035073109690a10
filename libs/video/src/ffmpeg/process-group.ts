import { spawn, type ChildProcess } from 'node:child_process';

/** A cancelled upload shows that it is within 2 s. */
const graceMs = 500;

/** Ends when its stdin closes, which is when this process dies, and takes the process group named by $1 along. */
const watchScript = 'read -r _; kill -s KILL -- "-$1"';

/** Sends a signal to every process of the group; a group that is gone already is fine (macOS: EPERM). */
function signalGroup(groupId: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-groupId, signal);
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
    if (code !== 'ESRCH' && code !== 'EPERM') throw thrown;
  }
}

/** Ends the group of a detached child: SIGTERM, half a second of grace, SIGKILL. */
export function endGroup(child: ChildProcess): void {
  const groupId = child.pid;
  if (groupId === undefined) return;
  // What left the group may hold the pipes open for ever.
  const hangUp = () => {
    child.stdout?.destroy();
    child.stderr?.destroy();
  };
  if (child.exitCode !== null || child.signalCode !== null) return hangUp();
  const timer = setTimeout(() => signalGroup(groupId, 'SIGKILL'), graceMs);
  child.once('exit', () => {
    clearTimeout(timer);
    hangUp();
  });
  signalGroup(groupId, 'SIGTERM');
}

/**
 * Makes sure that the group of a detached child outlives neither the child nor this process, not even after `kill -9`:
 * ffmpeg itself goes on when its pipes break. A shell waits on a pipe from us; it is ended with the child.
 */
export function tieToThisProcess(child: ChildProcess): void {
  const groupId = child.pid;
  if (groupId === undefined) return;
  const watcher = spawn('/bin/sh', ['-c', watchScript, 'sh', String(groupId)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a shell the child is merely not tied.
  watcher.on('error', () => watcher.kill());
  child.once('exit', () => {
    watcher.kill('SIGKILL');
    signalGroup(groupId, 'SIGKILL');
  });
}
