import { CreateUploads1763683200000 } from './0001-create-uploads.js';
import { CreateTickets1763683260000 } from './0002-create-tickets.js';
import { NameJobs1763776800000 } from './0003-name-jobs.js';
import { FindNearDuplicates1763863200000 } from './0004-find-near-duplicates.js';
import { WatchTranscodes1763949600000 } from './0005-watch-transcodes.js';
import { ConfirmLandings1764122400000 } from './0006-confirm-landings.js';
import { Warn1764208800000 } from './0007-warn.js';
import { KeepVersions1764374400000 } from './0008-keep-versions.js';
import { NameSources1764460800000 } from './0009-name-sources.js';
import { Reconcile1764547200000 } from './0010-reconcile.js';
import { LogEvents1764633600000 } from './0011-log-events.js';
import { DeliverWebhooks1764720000000 } from './0012-deliver-webhooks.js';
import { OwnWords1764806400000 } from './0013-own-words.js';
import { IdempotencyKeys1764892800000 } from './0014-idempotency-keys.js';
import { FindRunningVersions1764979200000 } from './0015-find-running-versions.js';
import { ShowWhatPlays1765065600000 } from './0016-show-what-plays.js';
import { ReportWork1765152000000 } from './0017-report-work.js';
import { CarryTraces1765238400000 } from './0018-carry-traces.js';
import { BoundGrowth1765497600000 } from './0019-bound-growth.js';
import { FindFailures1765584000000 } from './0020-find-failures.js';
import { PauseQueues1765670400000 } from './0021-pause-queues.js';

export { lockBriefly, type OnlineMigration, type TakenLock } from './online-migration.js';

/** Every migration, in order. Listed explicitly, because a glob would match different files in dist than in the source. */
export const migrations = [
  CreateUploads1763683200000,
  CreateTickets1763683260000,
  NameJobs1763776800000,
  FindNearDuplicates1763863200000,
  WatchTranscodes1763949600000,
  ConfirmLandings1764122400000,
  Warn1764208800000,
  KeepVersions1764374400000,
  NameSources1764460800000,
  Reconcile1764547200000,
  LogEvents1764633600000,
  DeliverWebhooks1764720000000,
  OwnWords1764806400000,
  IdempotencyKeys1764892800000,
  FindRunningVersions1764979200000,
  ShowWhatPlays1765065600000,
  ReportWork1765152000000,
  CarryTraces1765238400000,
  BoundGrowth1765497600000,
  FindFailures1765584000000,
  PauseQueues1765670400000,
] as const;
