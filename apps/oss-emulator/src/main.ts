/**
 * oss-emulator: replaces OSS on a developer's machine and in tests: stores objects, checks
 * signatures, sends signed callbacks and keeps a journal of them.
 *
 * Does not belong here: the protocol itself (room oss), access rules beyond knowing a key, image
 * processing, versions. One more operation: a file of its own and a line in `operations.ts`. One
 * more refusal: `refusals.ts`.
 */
import { closeOnSignal, createLogger, loadConfig, tellReady } from '#runtime';
import { startEmulator } from './emulator.js';

const { emulator: settings, log } = loadConfig(['emulator', 'log']);
const logger = createLogger('oss-emulator', log.LOG_LEVEL);
const emulator = await startEmulator({
  host: settings.EMULATOR_HOST,
  port: settings.EMULATOR_PORT,
  publicUrl: settings.EMULATOR_PUBLIC_URL,
  dataDir: settings.EMULATOR_DATA_DIR,
  region: settings.EMULATOR_REGION,
  buckets: settings.EMULATOR_BUCKETS,
  accessKeyId: settings.EMULATOR_ACCESS_KEY_ID,
  accessKeySecret: settings.EMULATOR_ACCESS_KEY_SECRET,
  temporaryKeys: settings.EMULATOR_TEMPORARY_KEYS,
  logger,
});
closeOnSignal(logger, 5_000, () => emulator.close());
logger.info({ url: emulator.url, dataDir: settings.EMULATOR_DATA_DIR }, 'the OSS emulator is listening');
tellReady(emulator.url);
