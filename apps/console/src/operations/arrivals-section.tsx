import { formatNumber } from '../language/formats.js';
import { ProblemNote } from '../parts/problem-note.js';
import { useRefreshed } from '../parts/use-refreshed.js';
import { client } from '../session/session.js';
import { words } from './words.js';

const refreshMs = 15_000;
const shortMinutes = 5;

/** Rounded to a full minute, so that all pages share the api's cached count. */
function minutesAgo(minutes: number): string {
  return new Date((Math.floor(Date.now() / 60_000) - minutes) * 60_000).toISOString();
}

/** The number of arriving uploads, and their statuses. */
export function ArrivalsSection() {
  const { value, problem, reload } = useRefreshed(
    async (signal) => {
      const since = minutesAgo(shortMinutes);
      const [short, hour] = await Promise.all([
        client().stats({ createdAfter: since }, { signal }),
        client().stats({ createdAfter: minutesAgo(60) }, { signal }),
      ]);
      const minutes = (Date.parse(short.countedAt) - Date.parse(since)) / 60_000;
      return { perMinute: short.uploads.count / minutes, hour: hour.uploads };
    },
    [],
    refreshMs,
  );
  return (
    <section aria-labelledby="arrivals">
      <h2 id="arrivals">{words.value.arrivals}</h2>
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      <article class="ops-card">
        <dl class="ops-figures ops-facts">
          <div class="ops-main">
            <dt>{words.value.perMinute}</dt>
            <dd>{value ? formatNumber(value.perMinute) : '–'}</dd>
          </div>
          <div class="ops-main">
            <dt>{words.value.lastHour}</dt>
            <dd>{value ? formatNumber(value.hour.count) : '–'}</dd>
          </div>
          {value?.hour.byStatus.map(({ status, count }) => (
            <div key={status}>
              <dt>{words.value.statuses[status] ?? status}</dt>
              <dd>{formatNumber(count)}</dd>
            </div>
          ))}
        </dl>
        <p class="ops-note">
          {words.value.refused} <a href="/console/failures">{words.value.toFailures}</a>
        </p>
      </article>
    </section>
  );
}
