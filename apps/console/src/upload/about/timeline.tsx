import type { LogEvent } from '@landfall/client/browser';
import { useState } from 'preact/hooks';
import { formatDuration, formatTime } from '../../language/formats.js';
import { useEvents } from '../../live/use-events.js';
import { ProblemNote } from '../../parts/problem-note.js';
import { useLoaded } from '../../parts/use-loaded.js';
import { client } from '../../session/session.js';
import { words } from '../shown/upload-words.js';
import { CodeText } from '../shown/code-text.js';

/** Limit of events shown; the feed has all of them. */
const eventsAtMost = 500;

/** The events of an upload with the time between them, updated live. */
export function Timeline({ id }: { id: string }) {
  const [fresh, setFresh] = useState<readonly LogEvent[]>([]);
  const { value, problem, isLoading, reload } = useLoaded(
    async (signal) => {
      const events: LogEvent[] = [];
      for await (const event of client().events.list({ uploadId: id, limit: 200 }, { signal }))
        if (events.push(event) >= eventsAtMost) break;
      return events;
    },
    [id],
  );
  useEvents((events) => {
    const own = events.filter(
      (one): one is LogEvent => one.type !== 'rendition.progress' && one.uploadId === id,
    );
    if (own.length > 0) setFresh((before) => [...before, ...own].slice(-eventsAtMost));
  });
  const events = [...new Map([...(value ?? []), ...fresh].map((event) => [event.id, event])).values()];
  return (
    <section>
      <h2>{words.value.events}</h2>
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      {!isLoading && events.length === 0 && problem === null && <p>{words.value.noEvents}</p>}
      <ol class="upload-timeline">
        {events.map((event, index) => {
          const before = events[index - 1];
          const tookMs = before && Date.parse(event.timestamp) - Date.parse(before.timestamp);
          return (
            <li key={event.id} class={event.type.endsWith('failed') ? 'upload-timeline-failed' : ''}>
              <div>
                <strong>{event.type}</strong> <bdi>{subjectOf(event)}</bdi>
              </div>
              <small>
                <time dateTime={event.timestamp}>{formatTime(event.timestamp)}</time>
                {tookMs !== undefined && ` · ${words.value.after(formatDuration(Math.max(0, tookMs)))}`}
              </small>
              <details>
                <summary>{words.value.showJson}</summary>
                <CodeText text={JSON.stringify(event, null, 2)} />
              </details>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** The rendition or upload concerned, and the error message of a failure. */
function subjectOf(event: LogEvent): string {
  const { data } = event as {
    data: { rendition?: { name: string; error: { message: string } | null }; into?: string };
  };
  const error = data.rendition?.error ?? (event.type === 'upload.failed' ? event.data.upload.error : null);
  return [data.rendition?.name, data.into, error?.message].filter((one) => one !== undefined).join(': ');
}
