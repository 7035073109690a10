import type { Delivery, DeliveryQuery, Webhook } from '@landfall/client/browser';
import { useState } from 'preact/hooks';
import { formatTime } from '../../../language/formats.js';
import { ProblemNote } from '../../../parts/problem-note.js';
import { Scrolled } from '../../../parts/scrolled.js';
import { useRefreshed } from '../../../parts/use-refreshed.js';
import { client } from '../../../session/session.js';
import { DeliveryDialog } from './delivery-dialog.js';
import { DeliveryState } from './delivery-state.js';
import { deliveryTypes } from '../event-types.js';
import { isoOf } from './local-time.js';
import { ReplayDialog } from './replay-dialog.js';
import { words } from '../words.js';

const refreshMs = 3_000;
const [fewest, most] = [50, 200];

/** The deliveries of a webhook, newest event first, refreshed periodically. */
export function DeliveriesSection({ webhook: { id } }: { webhook: Webhook }) {
  const [filter, setFilter] = useState<DeliveryQuery>({});
  const [limit, setLimit] = useState(fewest);
  const [shown, setShown] = useState<Delivery | null>(null);
  const [isReplaying, setIsReplaying] = useState(false);
  const { value, problem, reload } = useRefreshed(
    async (signal) => {
      const query = { ...filter, limit };
      for await (const page of client().webhooks.deliveries(id, query, { signal }).pages()) return page;
      return undefined;
    },
    [id, filter, limit],
    refreshMs,
  );
  return (
    <section aria-labelledby="deliveries">
      <header class="ops-head">
        <h2 id="deliveries">{words.value.deliveries}</h2>
        <button type="button" class="secondary outline" onClick={() => setIsReplaying(true)}>
          {words.value.replayRange}
        </button>
      </header>
      <Filters
        onChange={(wanted) => {
          setFilter(wanted);
          setLimit(fewest);
        }}
      />
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      {value?.items.length === 0 && <p class="ops-muted">{words.value.noDeliveries}</p>}
      {value && value.items.length > 0 && <DeliveryTable deliveries={value.items} onShow={setShown} />}
      {typeof value?.nextCursor === 'string' &&
        (limit < most ? (
          <button type="button" class="secondary outline ops-more" onClick={() => setLimit(limit * 2)}>
            {words.value.more}
          </button>
        ) : (
          <p class="ops-note">{words.value.most}</p>
        ))}
      {shown && (
        <DeliveryDialog
          delivery={shown}
          onClose={() => {
            setShown(null);
            reload();
          }}
        />
      )}
      {isReplaying && (
        <ReplayDialog
          webhookId={id}
          onClose={() => {
            setIsReplaying(false);
            reload();
          }}
        />
      )}
    </section>
  );
}

function Filters({ onChange }: { onChange: (filter: DeliveryQuery) => void }) {
  const read = (form: HTMLFormElement) => {
    const data = new FormData(form);
    const chosen = { state: data.get('state'), type: data.get('type') };
    const [since, until] = [isoOf(data.get('since')), isoOf(data.get('until'))];
    onChange({
      ...(chosen.state && { state: [chosen.state] }),
      ...(chosen.type && { type: [chosen.type] }),
      ...(since !== undefined && { since }),
      ...(until !== undefined && { until }),
    } as DeliveryQuery);
  };
  const { state, states, type, any, since, until } = words.value;
  return (
    <form
      class="ops-filters"
      onChange={({ currentTarget }) => read(currentTarget)}
      onSubmit={(event) => event.preventDefault()}
    >
      <label>
        {state}
        <select name="state">
          <option value="">{any}</option>
          {Object.entries(states).map(([value, word]) => (
            <option key={value} value={value}>
              {word}
            </option>
          ))}
        </select>
      </label>
      <label>
        {type}
        <select name="type">
          <option value="">{any}</option>
          {deliveryTypes.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </label>
      <label>
        {since}
        <input type="datetime-local" name="since" />
      </label>
      <label>
        {until}
        <input type="datetime-local" name="until" />
      </label>
    </form>
  );
}

interface TableProps {
  deliveries: readonly Delivery[];
  onShow: (delivery: Delivery) => void;
}

function DeliveryTable({ deliveries, onShow }: TableProps) {
  const { event, state, upload, attempts, lastAnswer, at, show, showOf } = words.value;
  return (
    <Scrolled label={words.value.deliveries}>
      <table>
        <thead>
          <tr>
            {[event, state, upload, attempts, lastAnswer, at, show].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {deliveries.map((delivery) => (
            <tr key={delivery.eventId}>
              <th scope="row">
                <code>{delivery.type}</code>
              </th>
              <td>
                <DeliveryState state={delivery.state} />
              </td>
              <td>
                {delivery.uploadId === null ? (
                  '–'
                ) : (
                  <a href={`/console/uploads/${delivery.uploadId}`}>{delivery.uploadId.slice(-8)}</a>
                )}
              </td>
              <td>{delivery.attempts}</td>
              <td>{answerOf(delivery)}</td>
              <td>{formatTime(delivery.createdAt)}</td>
              <td>
                <button
                  type="button"
                  class="quiet ops-small"
                  aria-label={showOf(delivery.type, formatTime(delivery.createdAt))}
                  onClick={() => onShow(delivery)}
                >
                  {show}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}

function answerOf({ lastAttempt }: Delivery): string {
  if (lastAttempt === null) return '–';
  return String(lastAttempt.status ?? lastAttempt.error?.code ?? words.value.noAnswer);
}
