/**
 * Every setting of every process, by section. `docs/configuration.md` and `.env.example` are
 * generated from the descriptions.
 */
import { callback } from './callback.js';
import { client } from './client.js';
import { emulator } from './emulator.js';
import { eventLog } from './event-log.js';
import { events } from './events.js';
import { live } from './live.js';
import { management } from './management.js';
import { media } from './media.js';
import { oss } from './oss.js';
import { http, local, log, worker } from './processes.js';
import { reconcile } from './reconcile.js';
import { database, queue } from './services.js';
import { tickets } from './tickets.js';
import { tracing } from './tracing.js';
import { webhooks } from './webhooks.js';

export const configSections = {
  log,
  management,
  http,
  callback,
  database,
  queue,
  oss,
  tickets,
  events,
  eventLog,
  live,
  reconcile,
  webhooks,
  worker,
  media,
  tracing,
  emulator,
  local,
  client,
};
export type ConfigSections = typeof configSections;
