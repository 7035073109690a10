/**
 * oss-emulator: replaces OSS on a developer's machine and in tests: stores objects, checks
 * signatures, sends signed callbacks, keeps a journal of them, and makes faults on demand.
 *
 * Does not belong here: the protocol itself (room oss), access rules beyond knowing a key, image
 * processing, versions. One more operation: a file of its own and a line in `operations.ts`. One
 * more refusal: `refusals.ts`.
 */
import { closeOnSignal, createLogger, LandfallError, loadConfig, tellReady } from '#runtime';
import { startEmulator } from './emulator.js';
import { readFaultPlan } from './faults/fault-plan.js';

const { emulator: settings, log } = loadConfig(['emulator', 'log']);
const faults = readFaultPlan(settings.faults);
if ('problem' in faults) throw new LandfallError('config.invalid', `\n  EMULATOR_FAULTS: ${faults.problem}`);
const logger = createLogger('oss-emulator', log.level);
const emulator = await startEmulator({
  host: settings.host,
  port: settings.port,
  publicUrl: settings.publicUrl,
  dataDir: settings.dataDir,
  fsync: settings.fsync,
  region: settings.region,
  buckets: settings.buckets,
  accessKeyId: settings.accessKeyId,
  accessKeySecret: settings.accessKeySecret,
  temporaryKeys: settings.temporaryKeys,
  faults: faults.plan,
  logger,
});
closeOnSignal(logger, 5_000, () => emulator.close());
logger.info({ url: emulator.url, dataDir: settings.dataDir }, 'the OSS emulator is listening');
tellReady(emulator.url);
