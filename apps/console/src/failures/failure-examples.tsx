import { useSignal } from '@preact/signals';
import type { PartialUpload } from '@landfall/client/browser';
import { formatTime } from '../language/formats.js';
import { ProblemNote } from '../parts/problem-note.js';
import { useLoaded } from '../parts/use-loaded.js';
import { client } from '../session/session.js';
import { words } from './words.js';

const shownAtFirst = 5;
const shownMax = 200;

/** The newest uploads that failed with a code themselves or in one of their renditions. */
export function FailureExamples({
  code,
  createdAfter,
  freshness,
}: {
  code: string;
  createdAfter: string;
  /** Reloads the examples when it changes. */
  freshness: string;
}) {
  const limit = useSignal(shownAtFirst);
  const { value, problem, reload } = useLoaded(
    async (signal) => {
      const fields = ['objectKey', 'createdAt', 'error', 'renditions', 'placeholder'] as const;
      const query = { errorCode: code, createdAfter, limit: limit.value, fields: [...fields] };
      const { value: page } = await client().uploads.list(query, { signal }).pages().next();
      return page;
    },
    [code, createdAfter, freshness, limit.value],
  );
  const hasMore = value !== undefined && value.nextCursor !== null && limit.value < shownMax;
  return (
    <>
      <h3>{words.value.examples}</h3>
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      {value?.items.length === 0 && <p>{words.value.noExamples}</p>}
      <ul class="failures-examples" aria-label={`${words.value.examples}: ${code}`}>
        {value?.items.map((upload) => (
          <Example key={upload.id} upload={upload} code={code} />
        ))}
      </ul>
      {hasMore && (
        <button
          class="secondary outline"
          type="button"
          onClick={() => {
            limit.value = Math.min(shownMax, limit.value * 4);
          }}
        >
          {words.value.more}
        </button>
      )}
    </>
  );
}

function Example({ upload, code }: { upload: PartialUpload; code: string }) {
  const wasAsked = useSignal(false);
  const problem = useSignal<unknown>(null);
  const { id, objectKey = '', createdAt, error, renditions = [], placeholder } = upload;
  const [smallest] = renditions
    .filter(({ kind, status, url }) => kind === 'image' && status === 'ready' && url !== null)
    .toSorted((one, other) => (one.width ?? 0) - (other.width ?? 0));
  const failed = renditions.filter((rendition) => rendition.error?.code === code);
  const again = async () => {
    problem.value = null;
    try {
      await client().uploads.reprocess(id);
      wasAsked.value = true;
    } catch (refusal) {
      problem.value = refusal;
    }
  };
  return (
    <li class="failures-example">
      <span class="failures-thumbnail" style={{ background: placeholder?.color }}>
        {smallest?.url && <img src={smallest.url} alt="" />}
      </span>
      <div class="failures-example-words">
        <a href={`/console/uploads/${id}`}>{objectKey}</a>
        {createdAt !== undefined && (
          <small>
            <time dateTime={createdAt}>{formatTime(createdAt)}</time>
          </small>
        )}
        {failed.length === 0 && error?.code === code && <span>{error.message}</span>}
        {failed.map((rendition) => (
          <span key={rendition.name}>
            <code>{rendition.name}</code> {rendition.error?.message}
          </span>
        ))}
        {failed.length > 0 && <EncoderLog id={id} />}
        {problem.value !== null && <ProblemNote problem={problem.value} />}
      </div>
      <button
        class="secondary outline"
        type="button"
        aria-label={`${words.value.again}: ${objectKey}`}
        disabled={wasAsked.value}
        onClick={() => void again()}
      >
        {wasAsked.value ? words.value.askedAgain : words.value.again}
      </button>
    </li>
  );
}

/** Loads the logs only when opened, since lists omit them. */
function EncoderLog({ id }: { id: string }) {
  const isOpen = useSignal(false);
  return (
    <details
      class="failures-log"
      onToggle={({ currentTarget }) => {
        isOpen.value = currentTarget.open;
      }}
    >
      <summary>{words.value.log}</summary>
      {isOpen.value && <LogLines id={id} />}
    </details>
  );
}

function LogLines({ id }: { id: string }) {
  const { value, problem, reload } = useLoaded((signal) => client().uploads.get(id, { signal }), [id]);
  if (problem !== null) return <ProblemNote problem={problem} onRetry={reload} />;
  if (!value) return <p aria-busy="true">{words.value.loading}</p>;
  const logs = value.renditions.filter(({ log }) => log);
  if (logs.length === 0) return <p>{words.value.noLog}</p>;
  return (
    <>
      {logs.map(({ name, log }) => (
        <pre key={name}>{log}</pre>
      ))}
    </>
  );
}
