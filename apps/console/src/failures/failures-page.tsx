import './failures.css';
import { useLocation } from 'preact-iso';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { useEvents } from '../live/use-events.js';
import { PageHead } from '../parts/page-head.js';
import { ProblemNote } from '../parts/problem-note.js';
import { useLoaded } from '../parts/use-loaded.js';
import { client } from '../session/session.js';
import { words as pageWords } from '../words.js';
import { FailureGroup } from './failure-group.js';
import { ranges } from './failures-link.js';
import { RefusedCallbacks } from './refused-callbacks.js';
import { words } from './words.js';

const usualDays = '7';
const dayMs = 86_400_000;
/** The api caches its counts this long, so that more frequent requests return nothing new. */
const freshMs = 5_500;
/** Reload interval for older counts, which the api caches for longer without notice. */
const againEveryMs = 20_000;

/** The failures of uploads, and the callbacks that were refused. */
export default function FailuresPage() {
  const { query, path, route } = useLocation();
  const days = ranges.some(([value]) => value === query['days']) ? String(query['days']) : usualDays;
  const createdAfter = useMemo(() => beginOf(Number(days)), [days]);
  const { value, problem, isLoading, reload } = useLoaded(
    (signal) => client().failures({ createdAfter }, { signal }),
    [createdAfter],
  );
  useFreshly(reload);

  return (
    <>
      <PageHead title={pageWords.value.failures}>
        <label class="failures-range">
          {words.value.range}
          <select
            value={days}
            onChange={({ currentTarget }) => route(`${path}?days=${currentTarget.value}`, true)}
          >
            {ranges.map(([value, name]) => (
              <option key={value} value={value}>
                {words.value[name]}
              </option>
            ))}
          </select>
        </label>
      </PageHead>
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      <section class="failures-codes" aria-labelledby="failures-by-code" aria-busy={isLoading && !value}>
        <h2 id="failures-by-code">{words.value.byCode}</h2>
        {value?.items.length === 0 && <p>{words.value.noFailures}</p>}
        {value?.items.map((failure) => (
          <FailureGroup
            key={failure.code}
            failure={failure}
            createdAfter={createdAfter}
            isAsked={failure.code === query['code']}
            onRedone={reload}
          />
        ))}
      </section>
      <RefusedCallbacks />
    </>
  );
}

/** Rounded to a full minute, so that requests within the same minute share the api's cached count. */
function beginOf(days: number): string {
  return new Date(Math.floor(Date.now() / 60_000) * 60_000 - days * dayMs).toISOString();
}

/** Reloads after relevant events, at most as often as the counts change, and at a fixed interval. */
function useFreshly(reload: () => void): void {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEvents((events) => {
    if (!events.some(({ type }) => /^(upload|rendition)\.(failed|ready|deleted|reprocessed)$/.test(type)))
      return;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      reload();
    }, freshMs);
  });
  useEffect(() => {
    const again = setInterval(reload, againEveryMs);
    return () => {
      clearInterval(again);
      clearTimeout(timer.current);
    };
  }, []);
}
