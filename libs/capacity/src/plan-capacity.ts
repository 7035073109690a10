import { costs } from './costs.js';
import type { Work } from './work-of-pipelines.js';

/** How much is uploaded, and how unevenly. */
export interface Demand {
  readonly imagesPerDay: number;
  readonly videoMinutesPerDay: number;
  /** Duration of one video in minutes. */
  readonly minutesPerVideo: number;
  /** Load of the busiest hour relative to the mean of the day. */
  readonly peakFactor: number;
  /** Number of webhooks, each of which receives every event. */
  readonly webhooks: number;
  /** Retention of events and deliveries in days: EVENT_LOG_KEEP_S. */
  readonly eventDays: number;
}

interface Processes {
  /** Cores needed in the busiest hour, at the planned utilisation. */
  readonly busyCores: number;
  readonly processes: number;
  readonly coresEach: number;
}

/** The resources for a demand. */
export interface CapacityPlan {
  readonly callbacksPerSecond: { readonly mean: number; readonly peak: number };
  readonly api: Processes;
  readonly workers: {
    readonly thumbnail: Processes;
    readonly transcode: Processes;
    readonly delivery: Processes;
  };
  readonly postgres: {
    readonly busyCores: number;
    /** Growth of what is kept: uploads and renditions. */
    readonly growthBytesPerDay: number;
    /** Size of events and deliveries, which are pruned. */
    readonly logBytes: number;
    readonly bytesAfterYear: number;
    readonly connections: number;
  };
  readonly redis: {
    /** Backlog after an hour of peak load without a worker. */
    readonly jobsOfAnHour: number;
    readonly bytes: number;
  };
  readonly bitsPerSecond: {
    readonly fromStore: number;
    readonly toStore: number;
    readonly callbacks: number;
  };
}

const secondsPerDay = 86_400;
/** Planned utilisation of a core in the busiest hour; the headroom shortens waits when uploads land in bursts. */
const utilisation = 0.7;
/** At least two, so that one may be down. */
const apisLeast = 2;
const workerCores = 4;
/**
 * Maximum number of database connections per process with Redis as the queue: the default DATABASE_POOL_SIZE, the upload
 * registry, one or two listeners, and the sequencer of a worker (docs/operators/postgres-and-redis.md).
 */
const connectionsOf = { api: 10 + 3 + 1, worker: 10 + 3 + 2 + 1 };
/** upload.stored, upload.processing, upload.ready; each rendition adds one. */
const eventsOfUpload = 3;
/** An empty Redis with BullMQ's scripts. */
const redisBaseBytes = 20e6;
/** A callback from OSS with its headers and our answer. */
const callbackBytes = 2_500;
const jobsPerVideo = 2;
const daysPerYear = 365;

/** Plans the resources for a demand from the table of costs. Figures are for the busiest hour unless they say otherwise. */
export function planCapacity(demand: Demand, work: Work): CapacityPlan {
  const { imagesPerDay, videoMinutesPerDay, minutesPerVideo, peakFactor, webhooks, eventDays } = demand;
  const videosPerDay = videoMinutesPerDay / minutesPerVideo;
  const uploadsPerDay = imagesPerDay + videosPerDay;
  const atPeak = (perDay: number) => (perDay / secondsPerDay) * peakFactor;
  const eventsPerDay =
    imagesPerDay * (eventsOfUpload + work.imageRenditions) +
    videosPerDay * (eventsOfUpload + work.videoRenditions);
  const deliveriesPerDay = eventsPerDay * webhooks;

  const api = (atPeak(uploadsPerDay) * costs.callbackApi.value) / 1_000;
  const thumbnail = (atPeak(imagesPerDay) * work.imageMs + atPeak(videosPerDay) * work.videoStillMs) / 1_000;
  const transcode = atPeak(videoMinutesPerDay) * work.videoSecondsPerMinute;
  const delivery = (atPeak(deliveriesPerDay) * costs.deliveryWorker.value) / 1_000;
  const processes = {
    // One JavaScript thread each.
    api: fit(api, 1, uploadsPerDay > 0 ? apisLeast : 0),
    thumbnail: fit(thumbnail, workerCores, thumbnail > 0 ? 1 : 0),
    transcode: fit(transcode, workerCores, transcode > 0 ? 1 : 0),
    // Repairs and the sequencing of events need one too.
    delivery: fit(delivery, 1, 1),
  };
  const postgres =
    (atPeak(uploadsPerDay) * (costs.callbackPostgres.value + costs.imagePostgres.value) +
      atPeak(deliveriesPerDay) * costs.deliveryPostgres.value) /
    1_000;
  const growthBytesPerDay =
    uploadsPerDay * costs.uploadRow.value +
    (imagesPerDay * work.imageRenditions + videosPerDay * work.videoRenditions) * costs.versionRow.value;
  const logBytes =
    eventDays * (eventsPerDay * costs.eventRow.value + deliveriesPerDay * costs.deliveryRow.value);
  const jobsOfAnHour = (atPeak(imagesPerDay) + atPeak(videosPerDay) * jobsPerVideo) * 3_600;
  const workers = [processes.thumbnail, processes.transcode, processes.delivery];
  const bits = 8;
  return {
    callbacksPerSecond: { mean: uploadsPerDay / secondsPerDay, peak: atPeak(uploadsPerDay) },
    api: processes.api,
    workers: { thumbnail: processes.thumbnail, transcode: processes.transcode, delivery: processes.delivery },
    postgres: {
      busyCores: postgres / utilisation,
      growthBytesPerDay,
      logBytes,
      bytesAfterYear: growthBytesPerDay * daysPerYear + logBytes,
      connections:
        processes.api.processes * connectionsOf.api +
        workers.reduce((sum, one) => sum + one.processes, 0) * connectionsOf.worker,
    },
    redis: { jobsOfAnHour, bytes: redisBaseBytes + jobsOfAnHour * costs.redisJob.value },
    bitsPerSecond: {
      fromStore:
        bits *
        (atPeak(imagesPerDay) * work.imageBytesIn + atPeak(videoMinutesPerDay) * work.videoBytesInPerMinute),
      toStore:
        bits *
        (atPeak(imagesPerDay) * work.imageBytesOut +
          atPeak(videoMinutesPerDay) * work.videoBytesOutPerMinute),
      callbacks: bits * atPeak(uploadsPerDay) * callbackBytes,
    },
  };
}

function fit(cores: number, coresEach: number, least: number): Processes {
  const busyCores = cores / utilisation;
  return { busyCores, coresEach, processes: Math.max(least, Math.ceil(busyCores / coresEach)) };
}
