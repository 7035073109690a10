import { createDataSource, translateDatabaseErrors } from '#database';
import { OutboxRow } from '#outbox';
import { loadPipelines } from '#pipelines';
import { LandfallError, loadConfig } from '#runtime';
import {
  filterOf,
  reprocessPage,
  uploadEntities,
  type UploadFilter,
  uploadFilterFields,
  withVars,
} from '#uploads';
import { withDatabase } from './database-env.js';

/** The options as given on the command line. */
export interface ReprocessOptions {
  readonly rendition?: readonly string[] | undefined;
  readonly where?: readonly string[] | undefined;
  readonly cursor?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

interface Request {
  names: string[] | undefined;
  filter: UploadFilter;
  cursor: string | undefined;
  dryRun: boolean;
}

const progressEvery = 10_000;

/**
 * Requests new renditions of all uploads that match a filter, page by page. Safe to stop and restart, from the cursor
 * or from the beginning: nothing is requested twice.
 * @throws LandfallError config.invalid, request.invalid, rendition.unknown, request.cursor_invalid,
 * database.unavailable
 */
export async function reprocess(options: ReprocessOptions, env: NodeJS.ProcessEnv): Promise<number> {
  const { names, filter, cursor, dryRun } = readRequest(options);
  const { database, media, worker } = loadConfig(['database', 'media', 'worker'], await withDatabase(env));
  const pipelines = loadPipelines(media.pipelinesFile);
  const stopping = new AbortController();
  process.once('SIGINT', () => stopping.abort());
  const unopened = createDataSource({ ...database, poolSize: 2, applicationName: 'landfall-reprocess' }, [
    ...uploadEntities,
    OutboxRow,
  ]);
  const source = await translateDatabaseErrors(unopened.initialize());
  try {
    const request = { pipelines, names, sweepAfterMs: worker.sweepAfterMs };
    const total = { looked: 0, uploads: 0, renditions: 0 };
    const tell = (verb: string) =>
      console.log(
        `checked ${total.looked} uploads: ${total.renditions} renditions of ${total.uploads} ${verb}`,
      );
    let next: string | null | undefined = cursor;
    while (next !== null && !stopping.signal.aborted) {
      const page = await reprocessPage(source, request, filter, { cursor: next, dryRun });
      total.looked += page.looked;
      total.uploads += page.uploads;
      total.renditions += page.renditions;
      next = page.nextCursor;
      if (total.looked % progressEvery === 0 && next !== null) tell('so far');
    }
    tell(dryRun ? 'would be remade' : 'will be remade');
    if (next) console.log(`stopped; continue with --cursor ${next}`);
    return 0;
  } finally {
    await source.destroy();
  }
}

/** @throws LandfallError request.invalid */
function readRequest({ rendition, where = [], cursor, dryRun = false }: ReprocessOptions): Request {
  const pairs = where.map((word) => {
    const at = word.indexOf('=');
    if (at < 1) throw new LandfallError('request.invalid', `--where ${word}: must be <name>=<value>`);
    return [word.slice(0, at), word.slice(at + 1)] as const;
  });
  const twice = pairs.find(([name], index) => pairs.findIndex(([other]) => other === name) < index);
  if (twice) throw new LandfallError('request.invalid', `--where ${twice[0]} is given twice`);
  const filter = filterSchema.safeParse(Object.fromEntries(pairs));
  if (!filter.success) {
    const problems = filter.error.issues.map((issue) => `--where ${issue.path.join('.')}: ${issue.message}`);
    throw new LandfallError('request.invalid', problems.join('; '));
  }
  return { names: rendition && [...rendition], filter: filter.data, cursor, dryRun };
}

const filterSchema = withVars(uploadFilterFields).transform(filterOf);
