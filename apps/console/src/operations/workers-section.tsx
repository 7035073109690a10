import type { Worker } from '@landfall/client/browser';
import { formatNumber } from '../language/formats.js';
import { ProblemNote } from '../parts/problem-note.js';
import { Scrolled } from '../parts/scrolled.js';
import { useRefreshed } from '../parts/use-refreshed.js';
import { client } from '../session/session.js';
import { formatSince } from './format-age.js';
import { words } from './words.js';

const refreshMs = 5_000;
/** Maximum number of jobs listed per worker; the rest are counted. */
const runningShown = 8;

/** The live workers and their current jobs. */
export function WorkersSection() {
  const { value, problem, reload } = useRefreshed((signal) => client().workers({ signal }), [], refreshMs);
  const { worker, takes, doing, cores, seen } = words.value;
  return (
    <section aria-labelledby="workers">
      <h2 id="workers">{words.value.workers}</h2>
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      {value?.workers.length === 0 && <output class="problem">{words.value.noWorkers}</output>}
      {(value === undefined || value.workers.length > 0) && (
        <Scrolled label={words.value.workers}>
          <table>
            <thead>
              <tr>
                {[worker, takes, doing, cores, seen].map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {value?.workers.map((one) => (
                <WorkerRow key={one.id} worker={one} />
              ))}
            </tbody>
          </table>
        </Scrolled>
      )}
    </section>
  );
}

function WorkerRow({ worker: { id, queues, slots, cores, running, seenAt } }: { worker: Worker }) {
  const shown = running.slice(0, runningShown);
  return (
    <tr>
      <th scope="row">
        <code title={id}>{id.slice(-8)}</code>
      </th>
      <td>
        <ul class="ops-plain">
          {queues.map((queue) => (
            <li key={queue}>
              {words.value[queue]}
              {slots[queue] !== undefined && ` × ${formatNumber(slots[queue])}`}
            </li>
          ))}
        </ul>
      </td>
      <td>
        {running.length === 0 && (
          <span class="ops-muted">
            {queues.every((queue) => queue === 'delivery')
              ? words.value.deliveriesUnnamed
              : words.value.nothing}
          </span>
        )}
        <ul class="ops-plain">
          {shown.map(({ job, uploadId, since }) => (
            <li key={`${job} ${uploadId} ${since}`}>
              <code>{job}</code>{' '}
              <a href={`/console/uploads/${encodeURIComponent(uploadId)}`}>{uploadId.slice(-8)}</a>
              {since !== null && ` ${words.value.forAge(formatSince(since))}`}
            </li>
          ))}
          {running.length > shown.length && <li>+{formatNumber(running.length - shown.length)}</li>}
        </ul>
      </td>
      <td>{cores ?? words.value.unknown}</td>
      <td>{words.value.ago(formatSince(seenAt))}</td>
    </tr>
  );
}
