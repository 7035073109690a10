import type { EventType, Webhook, WebhookWithSecret } from '@landfall/client/browser';
import type { TargetedSubmitEvent } from 'preact';
import { ProblemNote } from '../../parts/problem-note.js';
import { client } from '../../session/session.js';
import { Dialog } from './dialog.js';
import { eventTypes } from './event-types.js';
import { useAction } from './use-action.js';
import { words } from './words.js';

interface FormProps {
  /** The webhook to edit; if absent, a new one is created. */
  webhook?: Webhook;
  onClose: () => void;
  onDone: (webhook: Webhook | WebhookWithSecret) => void;
}

/** The form to create or edit a webhook. */
export function WebhookForm({ webhook, onClose, onDone }: FormProps) {
  const { isBusy, problem, run } = useAction();
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const wishes = {
      url: String(data.get('url')).trim(),
      description: String(data.get('description')),
      types: data.getAll('types').map(String) as EventType[],
      ordered: data.has('ordered'),
    };
    return run(async () => {
      if (webhook) return onDone(await client().webhooks.update(webhook.id, wishes));
      const signature = data.get('signature') === 'ed25519' ? 'ed25519' : 'hmac';
      onDone(await client().webhooks.create({ ...wishes, signature }));
    });
  };
  return (
    <Dialog title={webhook ? words.value.editTitle : words.value.add} onClose={onClose}>
      <form onSubmit={submit}>
        <label>
          {words.value.url}
          <input
            name="url"
            type="url"
            required
            maxlength={2_048}
            placeholder="https://example.com/webhooks"
            defaultValue={webhook?.url ?? ''}
          />
        </label>
        <label>
          {words.value.description}
          <input name="description" maxlength={500} defaultValue={webhook?.description ?? ''} />
        </label>
        <fieldset>
          <legend>{words.value.typesOf}</legend>
          <div class="ops-types">
            {eventTypes.map((type) => (
              <label key={type}>
                <input
                  type="checkbox"
                  name="types"
                  value={type}
                  defaultChecked={webhook?.types.includes(type) ?? false}
                />
                {type}
              </label>
            ))}
          </div>
          <small>{words.value.typesHint}</small>
        </fieldset>
        <label>
          <input name="ordered" type="checkbox" defaultChecked={webhook?.ordered ?? false} />
          {words.value.ordered}
        </label>
        {!webhook && (
          <label>
            {words.value.signature}
            <select name="signature">
              {(['hmac', 'ed25519'] as const).map((kind) => (
                <option key={kind} value={kind}>
                  {words.value.signatures[kind]}
                </option>
              ))}
            </select>
          </label>
        )}
        {problem !== null && <ProblemNote problem={problem} />}
        <footer class="ops-buttons">
          <button type="button" class="secondary" onClick={onClose}>
            {words.value.cancel}
          </button>
          <button type="submit" aria-busy={isBusy} disabled={isBusy}>
            {words.value.save}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
