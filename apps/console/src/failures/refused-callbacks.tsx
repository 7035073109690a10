import { useSignal } from '@preact/signals';
import type { RefusedCallback } from '@landfall/client/browser';
import { formatBytes, formatTime } from '../language/formats.js';
import { ProblemNote } from '../parts/problem-note.js';
import { useLoaded } from '../parts/use-loaded.js';
import { client } from '../session/session.js';
import { words } from './words.js';

const shownAtFirst = 20;
/** The maximum page size of the api. */
const shownMax = 100;

/** The callbacks refused in the last day, each with what was signed and what probably changed it. */
export function RefusedCallbacks() {
  const limit = useSignal(shownAtFirst);
  const { value, problem, reload } = useLoaded(
    async (signal) => {
      const pages = client().callbacks.refused({ limit: limit.value }, { signal }).pages();
      const { value: page } = await pages.next();
      return page;
    },
    [limit.value],
  );
  const hasMore = value !== undefined && value.nextCursor !== null && limit.value < shownMax;
  return (
    <section class="failures-refused" aria-labelledby="failures-refused">
      <h2 id="failures-refused">{words.value.refused}</h2>
      <p>
        <small>{words.value.refusedHint}</small>
      </p>
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      {value?.items.length === 0 && <p>{words.value.noRefused}</p>}
      {value?.items.map((refused) => (
        <Refused key={refused.id} refused={refused} />
      ))}
      {hasMore && (
        <button
          class="secondary outline"
          type="button"
          onClick={() => {
            limit.value = shownMax;
          }}
        >
          {words.value.more}
        </button>
      )}
    </section>
  );
}

function Refused({ refused }: { refused: RefusedCallback }) {
  const { code, message, refusedAt, requestId, bucket, request, explanation } = refused;
  return (
    <details class="failures-group">
      <summary>
        <code>{code}</code>
        <span class="failures-meaning">{message}</span>
        <span class="failures-counts">
          <time dateTime={refusedAt}>{formatTime(refusedAt)}</time>
          <small>
            {bucket !== null && `${words.value.bucket} ${bucket}`}
            {requestId !== null && ` · ${words.value.requestId} ${requestId}`}
          </small>
        </span>
      </summary>
      <div class="failures-inside">
        <dl class="failures-steps">
          {explanation.map(({ title, verdict, lines }) => (
            <div key={title} data-verdict={verdict}>
              <dt>
                {title} <small>{words.value.verdicts[verdict]}</small>
              </dt>
              <dd>
                {lines.map((line) => (
                  <p key={line}>{line}</p>
                ))}
              </dd>
            </div>
          ))}
        </dl>
        <details>
          <summary>{words.value.request}</summary>
          <pre>
            {`${request.method} ${request.target}\n`}
            {Object.entries(request.headers)
              .map(([name, value]) => `${name}: ${value}\n`)
              .join('')}
          </pre>
          <Body {...request} />
        </details>
      </div>
    </details>
  );
}

function Body({ body, bodyBase64, bodyBytes }: RefusedCallback['request']) {
  const text = body ?? bodyBase64 ?? '';
  if (text === '') return null;
  const title = text.length < bodyBytes ? words.value.bodyCut(formatBytes(bodyBytes)) : words.value.body;
  return (
    <>
      <p>{title}</p>
      <pre>{text}</pre>
    </>
  );
}
