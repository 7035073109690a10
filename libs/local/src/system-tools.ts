import { runCommand } from './run-command.js';

/** A program of the system: its path, or the command that installs it. */
export type SystemTool =
  | { readonly missing: false; readonly path: string }
  | { readonly missing: true; readonly command: string };

export type Ffmpeg =
  | { readonly missing: false; readonly ffmpegPath: string; readonly ffprobePath: string }
  | { readonly missing: true; readonly command: string };

interface PackageManager {
  readonly program: string;
  /** The commands that install packages, in order; the package names follow the last one. */
  readonly commands: readonly string[];
  readonly packages: { readonly ffmpeg: string; readonly redis: string; readonly chromium?: string };
  /** Homebrew refuses to run as root and needs no privileges. */
  readonly asSelf?: true;
}

const packageManagers: readonly PackageManager[] = [
  {
    program: 'apt-get',
    commands: ['apt-get update', 'apt-get install -y --no-install-recommends'],
    packages: { ffmpeg: 'ffmpeg', redis: 'redis-server', chromium: 'chromium' },
  },
  // Fedora's repositories only have ffmpeg-free, which lacks H.264.
  {
    program: 'dnf',
    commands: ['dnf install -y'],
    packages: { ffmpeg: 'ffmpeg-free', redis: 'valkey', chromium: 'chromium' },
  },
  {
    program: 'apk',
    commands: ['apk add'],
    packages: { ffmpeg: 'ffmpeg', redis: 'redis', chromium: 'chromium' },
  },
  {
    program: 'pacman',
    commands: ['pacman -S --noconfirm --needed'],
    packages: { ffmpeg: 'ffmpeg', redis: 'valkey', chromium: 'chromium' },
  },
  {
    program: 'zypper',
    commands: ['zypper --non-interactive install'],
    packages: { ffmpeg: 'ffmpeg', redis: 'redis', chromium: 'chromium' },
  },
  {
    program: 'brew',
    commands: ['brew install'],
    packages: { ffmpeg: 'ffmpeg', redis: 'redis' },
    asSelf: true,
  },
];

const installTimeoutMs = 600_000;

/** Finds ffmpeg and ffprobe, or installs them if that requires no password. */
export async function ensureFfmpeg(onInstall?: (command: string) => void): Promise<Ffmpeg> {
  const find = () => Promise.all([findProgram('ffmpeg'), findProgram('ffprobe')]);
  let [ffmpegPath, ffprobePath] = await find();
  let command = '';
  if (!ffmpegPath || !ffprobePath) {
    command = await installPackage('ffmpeg', onInstall);
    [ffmpegPath, ffprobePath] = await find();
  }
  if (ffmpegPath && ffprobePath) return { missing: false, ffmpegPath, ffprobePath };
  return { missing: true, command };
}

/** Finds redis-server or valkey-server, or installs one if that requires no password. */
export async function ensureRedis(onInstall?: (command: string) => void): Promise<SystemTool> {
  const find = async () => (await findProgram('redis-server')) ?? (await findProgram('valkey-server'));
  const found = await find();
  if (found) return { missing: false, path: found };
  const command = await installPackage('redis', onInstall);
  const path = await find();
  return path ? { missing: false, path } : { missing: true, command };
}

/** The names of the executables of Chromium and of Chrome, which also works. */
const chromiumNames = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Finds a Chromium that runs: Ubuntu's package is only a script that explains where to get one. */
export async function findChromium(): Promise<string | undefined> {
  for (const name of chromiumNames) {
    const path = await findProgram(name);
    if (path && (await runCommand(path, ['--version'], { timeoutMs: 20_000 })).code === 0) return path;
  }
  return undefined;
}

/** Finds Chromium, or installs it if that requires no password. */
export async function ensureChromium(onInstall?: (command: string) => void): Promise<SystemTool> {
  const found = await findChromium();
  if (found) return { missing: false, path: found };
  const command = await installPackage('chromium', onInstall);
  const path = await findChromium();
  return path ? { missing: false, path } : { missing: true, command };
}

/** The full path of a program on the PATH. */
async function findProgram(name: string): Promise<string | undefined> {
  const { code, output } = await runCommand('/bin/sh', ['-c', 'command -v "$0"', name], {
    timeoutMs: 10_000,
  });
  return code === 0 && output !== '' ? output : undefined;
}

/**
 * Runs the system's package manager if it requires no password. Returns the command for a person to
 * run.
 */
async function installPackage(
  name: keyof PackageManager['packages'],
  onInstall: ((command: string) => void) | undefined,
): Promise<string> {
  const manager = await findPackageManager();
  const packageName = manager?.packages[name];
  if (!manager || !packageName) return `install ${name} with the package manager of your system`;
  const isRoot = process.getuid?.() === 0;
  const prefix = isRoot || manager.asSelf ? '' : 'sudo ';
  const command = manager.commands
    .map((part, index) => {
      const isLast = index === manager.commands.length - 1;
      return `${prefix}${part}${isLast ? ` ${packageName}` : ''}`;
    })
    .join(' && ');
  const allowed = manager.asSelf ? !isRoot : isRoot || (await maySudo());
  if (!allowed) return command;
  onInstall?.(command);
  const quiet = command
    .replaceAll('sudo ', 'sudo -n ')
    .replaceAll('apt-get', 'env DEBIAN_FRONTEND=noninteractive apt-get');
  await runCommand('/bin/sh', ['-c', quiet], { timeoutMs: installTimeoutMs });
  return command;
}

async function findPackageManager(): Promise<PackageManager | undefined> {
  for (const manager of packageManagers) {
    if (await findProgram(manager.program)) return manager;
  }
  return undefined;
}

async function maySudo(): Promise<boolean> {
  return (await runCommand('sudo', ['-n', 'true'], { timeoutMs: 10_000 })).code === 0;
}
