import type { EventAttempt, EventEntry } from '../events/model/event-journal.js';
import { readLimit } from '../wire/paging.js';
import { writeHttp } from '../wire/shown-http.js';
import { showTime } from './buckets.js';
import { cut, readNumber, showAnswer } from './callbacks.js';
import { html, type Html } from './html/html.js';
import { linkTo, type Resource } from './resource.js';

interface EventPage {
  readonly items: readonly EventEntry[];
  /** Value of `before` for the next page; null if there is none. */
  readonly next: number | null;
  /** Number of notifications that are waiting or being sent. */
  readonly pending: number;
}

/** `GET /-/events?key=&before=&limit=`: the event notifications, newest first. */
export const eventList: Resource<EventPage> = {
  section: 'events',
  refreshing: true,
  title: () => 'Events',
  read({ key, before, ...query }, { events }) {
    const limit = readLimit(query, 'limit', 50);
    // An empty form field matches any key.
    const selection = { objectKey: key || undefined, before: readNumber(before) };
    const found = events.journal.list(limit + 1, selection);
    const items = found.slice(0, limit);
    const next = found.length > limit ? (items.at(-1)?.number ?? null) : null;
    return { items, next, pending: events.pendingCount };
  },
  render: ({ items, next, pending }, { key, before, limit }, { events }) =>
    html` <h1>Events</h1>
      <p>
        ${events.rules.length === 0 ? 'No rule sends any.' : `Rules: ${events.rules.length}.`}
        <a href="/-/events/rules">Change the rules</a>
        <span class="soft">· waiting: ${pending}</span>
      </p>
      <form class="filter">
        <label
          >Object key <input id="key" name="key" value="${key}" autocomplete="off" spellcheck="false"
        /></label>
        <button id="show">Show</button>
        <label class="check"><input id="refresh" type="checkbox" checked /> Refresh every two seconds</label>
      </form>
      ${items.length === 0 ? html`<p class="empty">No event yet.</p>` : items.map(card)}
      <p class="pages">
        ${before && html`<a href="${linkTo('events', { key, limit })}">Newest</a>`}
        ${next !== null && html`<a href="${linkTo('events', { key, limit, before: next })}">Older</a>`}
      </p>`,
};

const tones = { delivered: 'good', waiting: 'warn', dropped: 'bad', 'given up': 'bad' } as const;

function card(entry: EventEntry): Html {
  const { number, objectKey, bucket, event, at, state, faults, attemptCount, nextAttemptAt } = entry;
  const last = entry.attempts.at(-1);
  const failure = last?.failure ?? null;
  return html` <article
    class="card ${failure === null && state !== 'dropped' ? 'good' : 'bad'}"
    aria-labelledby="key-${number}"
  >
    <h2 id="key-${number}"><bdi>${objectKey}</bdi></h2>
    <p>
      <span class="badge ${tones[state]}">${state}</span>
      ${faults.map((fault) => html`<span class="badge warn">${fault}</span> `)}
      <span class="soft"
        >#${number} · ${event} · ${bucket} · ${showTime(at)} UTC · ${entry.target} ${entry.address} ·
        attempts: ${attemptCount}${nextAttemptAt && html` · next: ${showTime(nextAttemptAt)} UTC`}</span
      >
    </p>
    ${failure !== null && html`<p class="failure">${failure}</p>`}
    <details id="event-${number}">
      <summary>Event, last request and answer</summary>
      <div class="pair">
        <section>
          <h3>Event</h3>
          <pre tabindex="0">${JSON.stringify(entry.message, undefined, 2)}</pre>
        </section>
        ${last?.request && exchanged(last)}
      </div>
    </details>
  </article>`;
}

function exchanged({ request, answer }: EventAttempt): Html {
  return html` <section>
      <h3>Request</h3>
      ${request && html`<pre tabindex="0">${writeHttp(request)}${cut(request)}</pre>`}
    </section>
    <section>
      <h3>Answer</h3>
      ${showAnswer(answer)}
    </section>`;
}
