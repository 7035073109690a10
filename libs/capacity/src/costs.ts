/** One measured or assumed figure. */
export interface Cost {
  readonly value: number;
  readonly unit: string;
  /** The command that measured it, or why it is assumed. */
  readonly source: string;
}

const cost = (value: number, unit: string, source: string): Cost => ({ value, unit, source });
const bench = '`npm run bench -- capacity`';
const tables = '`npm run bench -- api-ten-million`';
const deliveries = '`npm run bench -- events-deliveries`';
const assumed = 'assumed: `npm run bench -- capacity` measures it, and was not run to its end yet';

/**
 * The cost of one unit of each kind of work: CPU time on the machine named in docs/capacity.md, bytes on any machine. All plans
 * and simulations follow from this table alone; for other hardware, measure again and scale it.
 */
export const costs = {
  callbackApi: cost(0.27, 'ms of the api for a callback', bench),
  callbackPostgres: cost(0.115, 'ms of Postgres for a callback', bench),
  imageBase: cost(53, 'ms of a worker for an image: queue, HEAD, facts, hash, stores, commits', bench),
  imageMegapixel: cost(6.9, 'ms of a worker to decode a megapixel of JPEG', bench),
  imagePostgres: cost(
    35,
    'ms of Postgres for an image from queue to ready, with the queue on Postgres too',
    bench,
  ),
  webpMegapixel: cost(171, 'ms of a worker for a megapixel of a WebP rendition, effort 4', bench),
  jpegMegapixel: cost(30, 'ms of a worker for a megapixel of a JPEG rendition', bench),
  pngMegapixel: cost(136, 'ms of a worker for a megapixel of a PNG rendition', bench),
  avifMegapixel: cost(1_280, 'ms of a worker for a megapixel of an AVIF rendition', bench),
  videoBase: cost(39, 's of a core for a minute of 1080p: probes, decode, sound, checks, store', bench),
  videoRungMegapixel: cost(29.5, 's of a core for a minute of H.264 by megapixels of its frame', bench),
  stillVideo: cost(0.76, 's of a core for a poster of a video', bench),
  deliveryWorker: cost(0.382, 'ms of a worker for a delivery', deliveries),
  deliveryPostgres: cost(0.2, 'ms of Postgres for a delivery', assumed),
  uploadRow: cost(1_000, 'bytes of an upload with its indexes', tables),
  versionRow: cost(700, 'bytes of a rendition with its indexes', tables),
  eventRow: cost(740, 'bytes of an event with its indexes', tables),
  deliveryRow: cost(250, 'bytes of a delivery with its indexes', tables),
  redisJob: cost(900, 'bytes of Redis for a job that waits', assumed),
  jpegBytesMegapixel: cost(192_000, 'bytes of a megapixel of an uploaded JPEG', bench),
  webpBytesMegapixel: cost(205_000, 'bytes of a megapixel of a rendition', bench),
  videoMegabits: cost(8, 'Mbit/s of an uploaded video', 'assumed: phones make 8 to 20 at 1080p'),
  rungMegabits: cost(2.6, 'Mbit/s of a rung by megapixels of its frame', bench),
} as const satisfies Record<string, Cost>;

/** Megapixels of a 16:9 frame of this height. */
export const megapixelsOfHeight = (height: number): number => (height * height * (16 / 9)) / 1e6;
