import type { RenditionStats, UploadStats } from '@landfall/client/browser';
import { formatBytes, formatNumber, formatTime } from '../language/formats.js';
import { ProblemNote } from '../parts/problem-note.js';
import { useRefreshed } from '../parts/use-refreshed.js';
import { client } from '../session/session.js';
import { words } from './words.js';

const refreshMs = 60_000;
const daysShown = 30;

/** Storage use by kind, and the number of uploads per day. */
export function StorageSection() {
  const { value, problem, reload } = useRefreshed((signal) => client().stats({}, { signal }), [], refreshMs);
  return (
    <section aria-labelledby="storage">
      <h2 id="storage">{words.value.storage}</h2>
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      {value && (
        <>
          <div class="ops-cards">
            <KindCard title={words.value.originals} stats={value.uploads} />
            <KindCard title={words.value.renditions} stats={value.renditions} />
            <DayCard days={value.uploads.byDay} />
          </div>
          <p class="ops-note">{words.value.countedAt(formatTime(value.countedAt))}</p>
        </>
      )}
    </section>
  );
}

function KindCard({ title, stats }: { title: string; stats: UploadStats | RenditionStats }) {
  const largest = Math.max(1, ...stats.byKind.map(({ bytes }) => bytes));
  return (
    <article class="ops-card">
      <table class="ops-numbers ops-bars">
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">{words.value.kind}</th>
            <th scope="col">{words.value.count}</th>
            <th scope="col">{words.value.size}</th>
          </tr>
        </thead>
        <tbody>
          {stats.byKind.length === 0 && (
            <tr>
              <td colSpan={3}>{words.value.none}</td>
            </tr>
          )}
          {stats.byKind.map(({ kind, count, bytes }) => (
            <tr key={kind}>
              <th scope="row">
                {kind ?? words.value.notRead}
                <span class="ops-bar" aria-hidden="true" style={{ width: `${(bytes / largest) * 100}%` }} />
              </th>
              <td>{formatNumber(count)}</td>
              <td>{formatBytes(bytes)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{words.value.total}</th>
            <td>{formatNumber(stats.count)}</td>
            <td>{formatBytes(stats.bytes)}</td>
          </tr>
        </tfoot>
      </table>
    </article>
  );
}

/** Each of the last days, including those without uploads. */
function lastDays(days: UploadStats['byDay']): { day: string; count: number }[] {
  const counts = new Map(days.map(({ day, count }) => [day, count]));
  return Array.from({ length: daysShown }, (_, index) => {
    const ago = daysShown - 1 - index;
    const day = new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
    return { day, count: counts.get(day) ?? 0 };
  });
}

/** The uploads per day as columns, with an equivalent table for screen readers. */
function DayCard({ days }: { days: UploadStats['byDay'] }) {
  const all = lastDays(days);
  const largest = Math.max(1, ...all.map(({ count }) => count));
  return (
    <article class="ops-card">
      <h3 class="ops-caption">{words.value.perDay}</h3>
      <div class="ops-days" aria-hidden="true">
        {all.map(({ day, count }) => (
          <span key={day} title={`${day}: ${formatNumber(count)}`}>
            <span style={{ height: `${(count / largest) * 100}%` }} />
          </span>
        ))}
      </div>
      <div class="ops-axis" aria-hidden="true">
        <span>{all[0]?.day}</span>
        <span>{words.value.atMost(formatNumber(largest))}</span>
        <span>{all.at(-1)?.day}</span>
      </div>
      <table class="ops-hidden">
        <caption>{words.value.perDay}</caption>
        <thead>
          <tr>
            <th scope="col">{words.value.day}</th>
            <th scope="col">{words.value.count}</th>
          </tr>
        </thead>
        <tbody>
          {days.map(({ day, count }) => (
            <tr key={day}>
              <th scope="row">{day}</th>
              <td>{formatNumber(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </article>
  );
}
