import type { DataSource } from '#database';
import { silenceMaxS, tallyKept } from './report-times.js';

/** Removes the reports of dead workers, and expired tallies. */
export async function removeOldReports(source: DataSource): Promise<void> {
  await source.query(
    `DELETE FROM worker_reports WHERE seen_at < now() - make_interval(secs => ${10 * silenceMaxS})`,
  );
  await source.query(`DELETE FROM job_tallies WHERE minute < now() - 2 * ${tallyKept}`);
}
