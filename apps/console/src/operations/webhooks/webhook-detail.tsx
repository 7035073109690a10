import type { Delivery, Webhook, WebhookWithSecret } from '@landfall/client/browser';
import { useLocation } from 'preact-iso';
import { useState } from 'preact/hooks';
import { formatTime } from '../../language/formats.js';
import { PageHead } from '../../parts/page-head.js';
import { ProblemNote } from '../../parts/problem-note.js';
import { useRefreshed } from '../../parts/use-refreshed.js';
import { client } from '../../session/session.js';
import { ConfirmDialog } from './confirm-dialog.js';
import { DeliveriesSection } from './deliveries/deliveries-section.js';
import { DeliveryDialog } from './deliveries/delivery-dialog.js';
import { SecretDialog } from './secret-dialog.js';
import { useAction } from './use-action.js';
import { WebhookForm } from './webhook-form.js';
import { WebhookState } from './webhook-state.js';
import { words } from './words.js';

const refreshMs = 5_000;

/** One webhook: its state, its actions and its deliveries. */
export function WebhookDetail({ id }: { id: string }) {
  const { value, problem, reload } = useRefreshed(
    (signal) => client().webhooks.get(id, { signal }),
    [id],
    refreshMs,
  );
  return (
    <div class="ops">
      <PageHead title={words.value.webhook}>
        {value && <Actions webhook={value} onChange={reload} />}
      </PageHead>
      <p>
        <a href="/console/operations">← {words.value.toAll}</a>
      </p>
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      {value && <Facts webhook={value} />}
      {value && <DeliveriesSection webhook={value} />}
    </div>
  );
}

function Facts({ webhook }: { webhook: Webhook }) {
  const { all, created, changed, noDescription, orderedFact, signature, wants, yes, no } = words.value;
  return (
    <article class="ops-card">
      <p class="ops-url">
        <strong>{webhook.url}</strong>
      </p>
      <p class={webhook.description === '' ? 'ops-muted' : undefined}>
        {webhook.description || noDescription}
      </p>
      <WebhookState webhook={webhook} />
      <dl class="ops-figures ops-facts">
        <div>
          <dt>{wants}</dt>
          <dd>{webhook.types.length === 0 ? all : webhook.types.join(', ')}</dd>
        </div>
        <div>
          <dt>{orderedFact}</dt>
          <dd>{webhook.ordered ? yes : no}</dd>
        </div>
        <div>
          <dt>{signature}</dt>
          <dd>{webhook.signatures.map(({ kind }) => kind).join(', ')}</dd>
        </div>
        <div>
          <dt>{created}</dt>
          <dd>{formatTime(webhook.createdAt)}</dd>
        </div>
        <div>
          <dt>{changed}</dt>
          <dd>{formatTime(webhook.updatedAt)}</dd>
        </div>
      </dl>
    </article>
  );
}

/** The dialog that is open. */
type Open = 'edit' | 'rotate' | 'remove' | { made: WebhookWithSecret } | { tested: Delivery } | null;

function Actions({ webhook, onChange }: { webhook: Webhook; onChange: () => void }) {
  const { id, enabled } = webhook;
  const { route } = useLocation();
  const [open, setOpen] = useState<Open>(null);
  const { isBusy, problem, run } = useAction();
  const close = () => setOpen(null);
  const { webhooks } = client();
  return (
    <>
      <button
        type="button"
        disabled={!enabled || isBusy}
        onClick={() => run(async () => setOpen({ tested: await webhooks.test(id) }))}
      >
        {words.value.test}
      </button>
      <button type="button" class="secondary outline" onClick={() => setOpen('edit')}>
        {words.value.edit}
      </button>
      <button
        type="button"
        class="secondary outline"
        disabled={isBusy}
        onClick={() => run(async () => void (await webhooks.update(id, { enabled: !enabled }), onChange()))}
      >
        {enabled ? words.value.disable : words.value.enable}
      </button>
      <button type="button" class="secondary outline" onClick={() => setOpen('rotate')}>
        {words.value.rotate}
      </button>
      <button type="button" class="secondary outline" onClick={() => setOpen('remove')}>
        {words.value.remove}
      </button>
      {problem !== null && <ProblemNote problem={problem} />}
      {open === 'edit' && (
        <WebhookForm
          webhook={webhook}
          onClose={close}
          onDone={() => {
            close();
            onChange();
          }}
        />
      )}
      {open === 'rotate' && (
        <ConfirmDialog
          title={words.value.rotateTitle}
          text={words.value.rotateText}
          word={words.value.rotate}
          onClose={close}
          onConfirm={async () => {
            setOpen({ made: await webhooks.rotate(id) });
            onChange();
          }}
        />
      )}
      {open === 'remove' && (
        <ConfirmDialog
          title={words.value.removeTitle}
          text={words.value.removeText}
          word={words.value.remove}
          onClose={close}
          onConfirm={async () => {
            await webhooks.delete(id);
            route('/console/operations');
          }}
        />
      )}
      {open !== null && typeof open === 'object' && 'made' in open && (
        <SecretDialog webhook={open.made} onClose={close} />
      )}
      {open !== null && typeof open === 'object' && 'tested' in open && (
        <DeliveryDialog delivery={open.tested} onClose={close} />
      )}
    </>
  );
}
