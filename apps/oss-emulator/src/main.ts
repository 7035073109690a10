/**
 * oss-emulator: stands in for OSS on a developer's machine and in tests. It stores objects, checks signatures, sends
 * signed callbacks and event notifications, keeps journals of both, and injects faults on demand.
 *
 * Does not belong here: the protocol itself (room oss), access rules beyond checking for a known key.
 * To add an operation: its own file and a line in `operations.ts`. To add a refusal: `refusals.ts`. To add an image
 * processing action: `images/`.
 */
import { closeOnSignal, tellReady } from '#runtime';
import { startConfigured } from './start-configured.js';

const { emulator, logger, settings } = await startConfigured(process.env);
closeOnSignal(logger, 5_000, () => emulator.close());
logger.info({ url: emulator.url, dataDir: settings.dataDir }, 'the OSS emulator is listening');
tellReady(emulator.url);
