import { invalidArgument } from '#oss';
import type { JournalEntry } from '../callbacks/journal.js';
import { writeHttp, type ShownAnswer } from '../wire/shown-http.js';
import type { CallbackSender } from '../callbacks/callback-sender.js';
import { readLimit } from '../wire/paging.js';
import { showTime } from './buckets.js';
import { explainEntry } from './explanation.js';
import { html, type Html } from './html/html.js';
import { linkTo, type Resource } from './resource.js';

interface CallbackPage {
  readonly items: readonly JournalEntry[];
  /** Value of `before` for the next page; null if there is none. */
  readonly next: number | null;
}

/** `GET /-/callbacks?key=&before=&limit=`: the sent callbacks, newest first. */
export const callbackList: Resource<CallbackPage> = {
  section: 'callbacks',
  refreshing: true,
  title: () => 'Callbacks',
  read({ key, before, ...query }, { journal }) {
    const limit = readLimit(query, 'limit', 50);
    // An empty form field matches any key.
    const found = journal.list(limit + 1, { objectKey: key || undefined, before: readNumber(before) });
    const items = found.slice(0, limit);
    return { items, next: found.length > limit ? (items.at(-1)?.number ?? null) : null };
  },
  render: ({ items, next }, { key, before, limit }, state) =>
    html` <h1>Callbacks</h1>
      <form class="filter">
        <label
          >Object key <input id="key" name="key" value="${key}" autocomplete="off" spellcheck="false"
        /></label>
        <button id="show">Show</button>
        <label class="check"><input id="refresh" type="checkbox" checked /> Refresh every two seconds</label>
      </form>
      ${
        items.length === 0
          ? html`<p class="empty">No callback yet. Upload something with <code>x-oss-callback</code>.</p>`
          : items.map((entry) => card(entry, state))
      }
      <p class="pages">
        ${before && html`<a href="${linkTo('callbacks', { key, limit })}">Newest</a>`}
        ${next !== null && html`<a href="${linkTo('callbacks', { key, limit, before: next })}">Older</a>`}
      </p>`,
};

/**
 * Reads a journal entry number from the parameter `before`.
 * @throws OssRefusal InvalidArgument
 */
export function readNumber(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw invalidArgument('before must be the number of an entry.', undefined, {
    ArgumentName: 'before',
    ArgumentValue: text,
  });
}

function card(entry: JournalEntry, state: CallbackSender): Html {
  const { number, objectKey, bucket, operation, startedAt, durationMs, failure, faults, uploaderGot } = entry;
  const tone = failure === null ? 'good' : 'bad';
  return html` <article class="card ${tone}" aria-labelledby="key-${number}">
    <h2 id="key-${number}"><bdi>${objectKey}</bdi></h2>
    <p>
      <span class="badge ${tone}">${failure === null ? 'answered' : 'failed'}</span>
      <span class="badge ${uploaderGot.status === 200 ? 'good' : 'bad'}"
        >uploader got ${uploaderGot.status}</span
      >
      ${faults.map((fault) => html`<span class="badge warn">${fault}</span> `)}
      <span class="soft"
        >#${number} · ${operation} · ${bucket} · ${showTime(startedAt)} UTC · ${durationMs} ms</span
      >
    </p>
    ${failure !== null && html`<p class="failure">${failure}</p>`}
    <details id="call-${number}" ${failure !== null && html` open`}>
      <summary>Request and answer</summary>
      <div class="pair">
        <section>
          <h3>Request to ${entry.url}</h3>
          <pre tabindex="0">${writeHttp(entry.request)}${cut(entry.request)}</pre>
        </section>
        <section>
          <h3>Answer</h3>
          ${showAnswer(entry.answer)}
        </section>
        ${
          failure !== null &&
          html`<section>
            <h3>Explanation</h3>
            ${explanation(entry, state)}
          </section>`
        }
      </div>
    </details>
  </article>`;
}

/** Renders the application's response. */
export function showAnswer(answer: ShownAnswer | null): Html {
  if (!answer) return html`<p class="soft">None came.</p>`;
  const head = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`);
  return html`<pre tabindex="0">
${[`HTTP/1.1 ${answer.status}`, ...head, '', answer.body].join('\r\n')}${cut(answer)}</pre>`;
}

/** The text that follows a truncated body. */
export const cut = ({ bodyIsCut }: { readonly bodyIsCut: boolean }) => (bodyIsCut ? '\n… and more' : '');

function explanation(entry: JournalEntry, state: CallbackSender): Html {
  const { holds, steps } = explainEntry(entry, state);
  const tones = { ok: 'good', wrong: 'bad', note: 'warn' } as const;
  return html`<p>${summary(holds, entry)}</p>
    <ul class="steps">
      ${steps.map(
        ({ title, verdict, lines }) =>
          html` <li>
            <span class="badge ${tones[verdict]}">${verdict}</span>
            <strong>${title}</strong> ${lines.map((line) => html`<br />${line}`)}
          </li>`,
      )}
    </ul>`;
}

function summary(holds: boolean | null, { answer }: JournalEntry): string {
  if (holds === null) return 'Its signature cannot be checked.';
  if (!holds) return 'The signature is not valid: Landfall would refuse this request.';
  return `The signature is valid: ${answer ? 'the answer tells the reason' : 'the connection failed'}.`;
}
