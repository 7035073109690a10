/**
 * oss-emulator: replaces OSS on a developer's machine and in tests: stores objects, checks
 * signatures, sends signed callbacks and event notifications, keeps journals of them, and makes
 * faults on demand.
 *
 * Does not belong here: the protocol itself (room oss), access rules beyond knowing a key.
 * One more operation: a file of its own and a line in `operations.ts`. One more refusal:
 * `refusals.ts`. One more action of image processing: `images/`.
 */
import { closeOnSignal, tellReady } from '#runtime';
import { startConfigured } from './start-configured.js';

const { emulator, logger, settings } = await startConfigured(process.env);
closeOnSignal(logger, 5_000, () => emulator.close());
logger.info({ url: emulator.url, dataDir: settings.dataDir }, 'the OSS emulator is listening');
tellReady(emulator.url);
