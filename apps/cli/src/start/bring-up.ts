import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureFfmpeg, type Ffmpeg, type LocalPostgres, nodeFlags, workerFlags } from '#local';
import { isLandfallError } from '#runtime';
import { writeLocalRunFacts } from './local-run-facts.js';
import { describeRun, portBusy, type LocalSettings } from './local-settings.js';
import { printRun } from './print-run.js';
import { SupervisedApp } from './supervised-app.js';
import { SupervisedPostgres } from './supervised-postgres.js';

/** The root of the clone; the programs run from its `dist`. */
const root = fileURLToPath(new URL('../../../../..', import.meta.url));

const database = 'landfall';

/** Time limit after which an app is killed. Postgres stops last and gets the rest of the ten seconds. */
const workStopLimitMs = 6_000;
const emulatorStopLimitMs = 1_000;

export interface BringUp {
  readonly settings: LocalSettings;
  readonly marker: { readonly LANDFALL_RUN: string };
  readonly factsFile: string;
  /** Receives a stop function for each started process, in start order. */
  readonly stops: (() => Promise<void>)[];
  /** Aborted when the run must end; startup then stops after the current step. */
  readonly signal: AbortSignal;
  /** Whether apps are rebuilt and restarted when their sources change. */
  readonly watches: boolean;
}

/**
 * Starts everything, in parallel where there are no dependencies. Resolves when all parts are ready and the facts of
 * the run are printed and saved.
 */
export async function bringUp({
  settings,
  marker,
  factsFile,
  stops,
  signal,
  watches,
}: BringUp): Promise<void> {
  const ffmpegFound = findFfmpeg(settings);
  const tell = (line: string) => console.error(line);
  const supervised = new SupervisedPostgres(
    {
      dataDir: join(settings.dataDir, 'postgres'),
      port: settings.postgresPort,
      logFile: join(settings.dataDir, 'log', 'postgres.log'),
    },
    tell,
  );
  stops.push(() => supervised.stop());
  // The drivers are loaded while Postgres starts.
  const preparation = import('./prepare-database.js');
  const app = (name: string, folder: string, flags: readonly string[], env: NodeJS.ProcessEnv) =>
    new SupervisedApp({
      name,
      // In watch mode, apps run from the compiler's output, file by file, rather than from bundles.
      modulePath: join(root, watches ? `dist/apps/${folder}/src/main.js` : `dist/programs/${name}.js`),
      env: { ...settings.env, ...marker, ...env },
      nodeFlags: flags,
      logFile: join(settings.dataDir, 'log', `${name}.log`),
      tell,
    });
  const emulator = app('emulator', 'oss-emulator', workerFlags, {});
  stops.push(() => emulator.stop(emulatorStopLimitMs));
  const emulatorStarted = emulator.start();
  // Awaited below; this prevents an unhandled rejection if an earlier step fails first.
  emulatorStarted.catch(() => undefined);

  const postgres = await startDatabase(supervised, settings.postgresPort);
  signal.throwIfAborted();
  const databaseUrl = postgres.url.replace(/postgres$/, database);
  const facts = describeRun(settings, databaseUrl);
  const { prepareDatabase } = await preparation;
  await prepareDatabase(postgres.url, { database, databaseUrl, queueUrl: facts.queueUrl });
  const ffmpeg = await ffmpegFound;
  signal.throwIfAborted();

  const tools = ffmpeg.missing ? {} : { FFMPEG_PATH: ffmpeg.ffmpegPath, FFPROBE_PATH: ffmpeg.ffprobePath };
  const env = { DATABASE_URL: databaseUrl, QUEUE_URL: facts.queueUrl, ...tools };
  const { managementPorts: ports } = settings;
  const api = app('api', 'api', nodeFlags, { ...env, MANAGEMENT_PORT: `${ports.api}` });
  const worker = app('worker', 'worker', workerFlags, { ...env, MANAGEMENT_PORT: `${ports.worker}` });
  // The emulator stops after both, because the worker may still upload results.
  stops.push(async () => void (await Promise.all([worker.stop(workStopLimitMs), api.stop(workStopLimitMs)])));
  await Promise.race([Promise.all([emulatorStarted, api.start(), worker.start()]), rejectOnAbort(signal)]);
  await writeLocalRunFacts(factsFile, facts);
  if (watches) {
    const { restartChanged } = await import('./restart-changed.js');
    const watched = [
      [emulator, emulatorStopLimitMs],
      [api, workStopLimitMs],
      [worker, workStopLimitMs],
    ] as const;
    const apps = watched.map(([one, limitMs]) => ({
      name: one.options.name,
      modulePath: one.options.modulePath,
      restart: () => one.restart(limitMs),
    }));
    stops.push(await restartChanged(apps, { root, env: { ...settings.env, ...marker }, tell }));
  }
  printRun(facts, { ffmpeg, postgresDir: postgres.dataDir, dataDir: settings.dataDir });
}

async function startDatabase(postgres: SupervisedPostgres, port: number): Promise<LocalPostgres> {
  try {
    return await postgres.start();
  } catch (error) {
    if (isLandfallError(error, 'local.port_busy')) throw portBusy('LOCAL_POSTGRES_PORT', port, 'Postgres');
    throw error;
  }
}

/** Returns the ffmpeg named in the environment, or the system's. Installs it if that needs no password. */
async function findFfmpeg({ env }: LocalSettings): Promise<Ffmpeg> {
  const { FFMPEG_PATH: ffmpegPath, FFPROBE_PATH: ffprobePath } = env;
  if (ffmpegPath && ffprobePath) return { missing: false, ffmpegPath, ffprobePath };
  return ensureFfmpeg((command) => console.log(`Installing ffmpeg: ${command} …`));
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
