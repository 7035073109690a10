import { spawn, type ChildProcess } from 'node:child_process';

/** A cancelled upload shows that it is within 2 s. */
const graceMs = 500;

/** Ends when its stdin closes, which is when this process dies, and takes the process group named by $1 along. */
const watchScript = 'read -r _; kill -s KILL -- "-$1"';

/** Sends a signal to every process of the group; a group that is gone already is fine. */
function signalGroup(groupId: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-groupId, signal);
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH')) throw thrown;
  }
}

/**
 * Ends the group of a detached child: SIGTERM, half a second of grace, SIGKILL. What the child leaves behind when it exits is
 * killed at once.
 */
export function endGroup(child: ChildProcess): void {
  const groupId = child.pid;
  if (groupId === undefined) return;
  const timer = setTimeout(() => signalGroup(groupId, 'SIGKILL'), graceMs);
  child.once('exit', () => {
    clearTimeout(timer);
    signalGroup(groupId, 'SIGKILL');
    child.stdout?.destroy();
    child.stderr?.destroy();
  });
  signalGroup(groupId, 'SIGTERM');
}

/**
 * Makes sure that the group of a detached child does not outlive this process, not even after `kill -9`: ffmpeg
 * itself goes on when its pipes break. A shell waits on a pipe from us; it is ended with the child.
 */
export function tieToThisProcess(child: ChildProcess): void {
  if (child.pid === undefined) return;
  const watcher = spawn('/bin/sh', ['-c', watchScript, 'sh', String(child.pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a shell the child is merely not tied.
  watcher.on('error', () => watcher.kill());
  child.once('exit', () => watcher.kill('SIGKILL'));
}
