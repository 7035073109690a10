import { createLogger, LandfallError, loadConfig, type Logger } from '#runtime';
import { type Emulator, startEmulator } from './emulator.js';
import { readEventRules } from './events/model/event-rules.js';
import { readFaultPlan } from './faults/fault-plan.js';

type Settings = ReturnType<typeof readSettings>['emulator'];
const readSettings = (env: NodeJS.ProcessEnv) => loadConfig(['emulator', 'log'], env);

/**
 * Starts the emulator with the settings in these environment variables.
 * @param logStream defaults to standard output
 * @throws LandfallError config.invalid
 */
export async function startConfigured(
  env: NodeJS.ProcessEnv,
  logStream?: NodeJS.WritableStream,
): Promise<{ emulator: Emulator; logger: Logger; settings: Settings }> {
  const { emulator: settings, log } = readSettings(env);
  const { faults: givenFaults, eventRules: givenRules, ...options } = settings;
  const faults = readFaultPlan(givenFaults);
  if ('problem' in faults)
    throw new LandfallError('config.invalid', `\n  EMULATOR_FAULTS: ${faults.problem}`);
  const events = readEventRules(givenRules);
  if ('problem' in events)
    throw new LandfallError('config.invalid', `\n  EMULATOR_EVENT_RULES: ${events.problem}`);
  const logger = createLogger('oss-emulator', log.level, { destination: logStream });
  const emulator = await startEmulator({
    ...options,
    faults: faults.plan,
    eventRules: events.rules,
    logger,
  });
  return { emulator, logger, settings };
}
