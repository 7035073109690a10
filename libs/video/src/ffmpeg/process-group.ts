import { spawn, type ChildProcess } from 'node:child_process';

/** Time between SIGTERM and SIGKILL. A cancelled upload must show as cancelled within 2 s. */
const graceMs = 500;

/** Waits until its stdin closes, which happens when this process dies, then kills the process group $1. */
const watchScript = 'read -r _; kill -s KILL -- "-$1"';

/** Sends a signal to every process of the group; ignores a group that is already gone (ESRCH; on macOS EPERM). */
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
  // A process that left the group could hold the pipes open for ever.
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
 * Ensures that the group of a detached child outlives neither the child nor this process, not even after `kill -9`: ffmpeg
 * itself keeps running when its pipes break. A shell watches a pipe from this process and is killed when the child exits.
 */
export function tieToThisProcess(child: ChildProcess): void {
  const groupId = child.pid;
  if (groupId === undefined) return;
  const watcher = spawn('/bin/sh', ['-c', watchScript, 'sh', String(groupId)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // If no shell can be started, the child is simply not tied.
  watcher.on('error', () => watcher.kill());
  child.once('exit', () => {
    watcher.kill('SIGKILL');
    signalGroup(groupId, 'SIGKILL');
  });
}
