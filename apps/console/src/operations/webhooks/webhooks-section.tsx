import type { Webhook, WebhookWithSecret } from '@landfall/client/browser';
import { useState } from 'preact/hooks';
import { formatTime } from '../../language/formats.js';
import { ProblemNote } from '../../parts/problem-note.js';
import { Scrolled } from '../../parts/scrolled.js';
import { useRefreshed } from '../../parts/use-refreshed.js';
import { client } from '../../session/session.js';
import { SecretDialog } from './secret-dialog.js';
import { WebhookForm } from './webhook-form.js';
import { WebhookState } from './webhook-state.js';
import { words } from './words.js';

const refreshMs = 10_000;
/** More than an installation can have (webhook.limit_reached). */
const listed = 200;

/** The webhooks and their states. */
export function WebhooksSection() {
  const [isAdding, setIsAdding] = useState(false);
  const [made, setMade] = useState<WebhookWithSecret | null>(null);
  const { value, problem, reload } = useRefreshed(
    async (signal) => {
      for await (const { items } of client().webhooks.list({ limit: listed }, { signal }).pages())
        return items;
      return [];
    },
    [],
    refreshMs,
  );
  return (
    <section aria-labelledby="webhooks">
      <header class="ops-head">
        <h2 id="webhooks">{words.value.webhooks}</h2>
        <button type="button" class="secondary outline" onClick={() => setIsAdding(true)}>
          {words.value.add}
        </button>
      </header>
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      {value?.length === 0 && <p class="ops-muted">{words.value.none}</p>}
      {value !== undefined && value.length > 0 && <WebhookTable webhooks={value} />}
      {isAdding && (
        <WebhookForm
          onClose={() => setIsAdding(false)}
          onDone={(webhook) => {
            setIsAdding(false);
            if ('secret' in webhook) setMade(webhook);
            reload();
          }}
        />
      )}
      {made && <SecretDialog webhook={made} onClose={() => setMade(null)} />}
    </section>
  );
}

function WebhookTable({ webhooks }: { webhooks: readonly Webhook[] }) {
  const { url, state, wants, created, all, manyTypes } = words.value;
  return (
    <Scrolled label={words.value.webhooks}>
      <table>
        <thead>
          <tr>
            {[url, state, wants, created].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {webhooks.map((webhook) => (
            <tr key={webhook.id}>
              <th scope="row" class="ops-url">
                <a href={`/console/operations?webhook=${webhook.id}`}>{webhook.url}</a>
                {webhook.description !== '' && <small>{webhook.description}</small>}
              </th>
              <td>
                <WebhookState webhook={webhook} />
              </td>
              <td title={webhook.types.join('\n')}>
                {webhook.types.length === 0
                  ? all
                  : webhook.types.length === 1
                    ? webhook.types[0]
                    : manyTypes(webhook.types.length)}
              </td>
              <td>{formatTime(webhook.createdAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}
