import type { DataSource } from '#database';
import { type Config, loadConfig, type Logger } from '#runtime';
import { EventRecorder, eventRulesOf, type UploadRegistry } from '#uploads';
import { EventConsumer } from './event-consumer.js';
import { EventQueue } from './event-queue.js';

interface ConsumerConfig extends Config<'callback' | 'oss' | 'tickets'> {
  readonly queueUrl: string;
}

/**
 * Loads the settings of the event consumer; null without EVENTS_QUEUE_URL: such a worker needs no
 * ticket secrets.
 * @throws LandfallError config.invalid
 */
export function loadConsumerConfig(): ConsumerConfig | null {
  const { queueUrl } = loadConfig(['events']).events;
  if (queueUrl === undefined) return null;
  return { ...loadConfig(['callback', 'oss', 'tickets']), queueUrl: queueUrl.replace(/\/$/, '') };
}

/** Creates the consumer of a queue; call `start` to begin. */
export function openConsumer(
  { queueUrl, ...config }: ConsumerConfig,
  source: DataSource,
  registry: UploadRegistry,
  logger: Logger,
): EventConsumer {
  const recorder = new EventRecorder(registry, source, eventRulesOf(config));
  return new EventConsumer(new EventQueue({ ...config.oss, url: queueUrl }), recorder, logger);
}
