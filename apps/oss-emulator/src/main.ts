/**
 * oss-emulator: replaces OSS on a developer's machine and in tests: stores objects, checks
 * signatures, sends signed callbacks and keeps a journal of them.
 *
 * Does not belong here: the protocol itself (room oss), access rules beyond knowing a key.
 * One more operation: a file of its own and a line in `operations.ts`. One more refusal:
 * `refusals.ts`. One more action of image processing: `images/`.
 */
import { closeOnSignal, createLogger, loadConfig, tellReady } from '#runtime';
import { startEmulator } from './emulator.js';

const { emulator: settings, log } = loadConfig(['emulator', 'log']);
const logger = createLogger('oss-emulator', log.level);
const emulator = await startEmulator({
  host: settings.host,
  port: settings.port,
  publicUrl: settings.publicUrl,
  dataDir: settings.dataDir,
  fsync: settings.fsync,
  restoreMs: settings.restoreMs,
  region: settings.region,
  buckets: settings.buckets,
  cnames: settings.cnames,
  accessKeyId: settings.accessKeyId,
  accessKeySecret: settings.accessKeySecret,
  temporaryKeys: settings.temporaryKeys,
  logger,
});
closeOnSignal(logger, 5_000, () => emulator.close());
logger.info({ url: emulator.url, dataDir: settings.dataDir }, 'the OSS emulator is listening');
tellReady(emulator.url);
