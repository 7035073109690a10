import type { Delivery } from '@landfall/client/browser';
import type { ComponentChildren } from 'preact';
import { formatDuration, formatTime } from '../../../language/formats.js';
import { ProblemNote } from '../../../parts/problem-note.js';
import { useRefreshed } from '../../../parts/use-refreshed.js';
import { client } from '../../../session/session.js';
import { DeliveryState } from './delivery-state.js';
import { Dialog } from '../dialog.js';
import { useAction } from '../use-action.js';
import { words } from '../words.js';

const refreshMs = 2_000;

/** The live state of one delivery, with a button to send it again. */
export function DeliveryDialog({ delivery: first, onClose }: { delivery: Delivery; onClose: () => void }) {
  const { webhookId, eventId } = first;
  const { value, problem, reload } = useRefreshed(
    (signal) => client().webhooks.getDelivery(webhookId, eventId, { signal }),
    [webhookId, eventId],
    refreshMs,
  );
  const { isBusy, problem: refusal, run } = useAction();
  const delivery = value ?? first;
  const replay = () =>
    run(async () => {
      await client().webhooks.replay(webhookId, eventId);
      reload();
    });
  return (
    <Dialog title={words.value.delivery} onClose={onClose}>
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      <div aria-live="polite">
        <DeliveryState state={delivery.state} />
      </div>
      <Facts delivery={delivery} />
      {refusal !== null && <ProblemNote problem={refusal} />}
      <footer class="ops-buttons">
        <button type="button" class="secondary" onClick={onClose}>
          {words.value.close}
        </button>
        <button
          type="button"
          aria-busy={isBusy}
          disabled={isBusy || delivery.state === 'pending'}
          onClick={replay}
        >
          {words.value.replay}
        </button>
      </footer>
    </Dialog>
  );
}

function Facts({ delivery }: { delivery: Delivery }) {
  const { type, eventId, uploadId, createdAt, attempts, nextAttemptAt, lastAttempt } = delivery;
  const { error } = lastAttempt ?? {};
  return (
    <dl class="ops-pairs">
      <Pair name={words.value.type}>
        <code>{type}</code>
      </Pair>
      <Pair name={words.value.event}>
        <code>{eventId}</code>
      </Pair>
      {uploadId !== null && (
        <Pair name={words.value.upload}>
          <a href={`/console/uploads/${uploadId}`}>{uploadId}</a>
        </Pair>
      )}
      <Pair name={words.value.created}>{formatTime(createdAt)}</Pair>
      <Pair name={words.value.attempts}>{attempts}</Pair>
      {nextAttemptAt !== null && <Pair name={words.value.nextAttempt}>{formatTime(nextAttemptAt)}</Pair>}
      {lastAttempt && (
        <>
          <Pair name={words.value.endedAt}>{formatTime(lastAttempt.endedAt)}</Pair>
          <Pair name={words.value.took}>{formatDuration(lastAttempt.durationMs)}</Pair>
          <Pair name={words.value.status}>{lastAttempt.status ?? words.value.noAnswer}</Pair>
          {error && (
            <Pair name={words.value.error}>
              {error.message} <code>{error.code}</code>
            </Pair>
          )}
          {lastAttempt.answer && (
            <Pair name={words.value.answer}>
              <pre class="ops-answer">{lastAttempt.answer}</pre>
            </Pair>
          )}
        </>
      )}
    </dl>
  );
}

function Pair({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
