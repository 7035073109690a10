import { findProgram, installOnce, runStep } from './program.fixture.js';

/** A repository of github.com/aliyun, and the commit that its tag is known to name. */
interface Source {
  repository: string;
  tag: string;
  commit: string;
}

/** Time limit of one clone: where the network swallows requests, several tests wait for it. */
const cloneTimeoutMs = 60_000;

/**
 * The folder with the source of an SDK that no package registry has, kept from run to run, and with
 * it the Debian packages it needs; or why they cannot be had here.
 *
 * @throws if the tag names another commit than it did
 */
export async function bringSource(
  source: Source,
  packages: readonly string[],
): Promise<{ sdk: string; missing: string | undefined }> {
  const { repository, tag, commit } = source;
  let missing: string | undefined;
  const sdk = await installOnce({
    name: `${repository}-${tag}`,
    pinnedBy: [],
    install: async (folder) => {
      missing = await whyNotCloned(source, folder);
      if (missing) throw new Error(missing);
      // A shallow clone has this commit only if it is the one that the tag names.
      await runStep('git', ['-C', folder, 'diff', '--quiet', commit, 'HEAD']);
    },
  }).catch((error: unknown) => {
    if (missing) return '';
    throw error;
  });
  return { sdk, missing: missing ?? (await whyNotInstalled(packages)) };
}

async function whyNotCloned({ repository, tag }: Source, folder: string): Promise<string | undefined> {
  const url = `https://github.com/aliyun/${repository}`;
  const parameters = [
    '-c',
    'advice.detachedHead=false',
    'clone',
    '--depth',
    '1',
    '--branch',
    tag,
    url,
    folder,
  ];
  // Git must not wait for a password.
  const place = { env: { GIT_TERMINAL_PROMPT: '0' }, timeoutMs: cloneTimeoutMs };
  return (await succeeds('git', parameters, place)) ? undefined : `no ${repository} ${tag} from github.com`;
}

/** Installs missing packages where no password is needed for it. */
async function whyNotInstalled(packages: readonly string[]): Promise<string | undefined> {
  const absent = [];
  for (const name of packages) if (!(await succeeds('dpkg-query', ['--show', name]))) absent.push(name);
  if (absent.length === 0) return undefined;
  const mayInstall = process.getuid?.() === 0 && (await findProgram('apt-get'));
  const place = { env: { DEBIAN_FRONTEND: 'noninteractive' } };
  const installed =
    mayInstall &&
    (await succeeds('apt-get', ['update'], place)) &&
    (await succeeds('apt-get', ['install', '-y', '--no-install-recommends', ...absent], place));
  return installed ? undefined : `Debian's ${absent.join(', ')} not installed`;
}

const succeeds = (...step: Parameters<typeof runStep>): Promise<boolean> =>
  runStep(...step).then(
    () => true,
    () => false,
  );
