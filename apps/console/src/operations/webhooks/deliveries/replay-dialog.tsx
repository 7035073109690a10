import type { ReplayRange } from '@landfall/client/browser';
import type { TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import { formatNumber } from '../../../language/formats.js';
import { ProblemNote } from '../../../parts/problem-note.js';
import { client } from '../../../session/session.js';
import { Dialog } from '../dialog.js';
import { isoOf } from './local-time.js';
import { useAction } from '../use-action.js';
import { words } from '../words.js';

/** Sends the events of a time range again. */
export function ReplayDialog({ webhookId, onClose }: { webhookId: string; onClose: () => void }) {
  const { isBusy, problem, run } = useAction();
  const [replayed, setReplayed] = useState<number | null>(null);
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const until = isoOf(data.get('until'));
    const range = {
      since: isoOf(data.get('since')) ?? '',
      states: data.getAll('states').map(String),
      ...(until !== undefined && { until }),
    } as ReplayRange;
    setReplayed(null);
    return run(async () => setReplayed(await client().webhooks.replayAll(webhookId, range)));
  };
  const { replayTitle, since, until, replayWhich, replayStates, cancel, replay } = words.value;
  return (
    <Dialog title={replayTitle} onClose={onClose}>
      <form onSubmit={submit}>
        <div class="ops-filters">
          <label>
            {since}
            <input type="datetime-local" name="since" required />
          </label>
          <label>
            {until}
            <input type="datetime-local" name="until" />
          </label>
        </div>
        <fieldset>
          <legend>{replayWhich}</legend>
          {Object.entries(replayStates).map(([state, word]) => (
            <label key={state}>
              <input type="checkbox" name="states" value={state} defaultChecked={state === 'failed'} />
              {word}
            </label>
          ))}
        </fieldset>
        <output>{replayed === null ? '' : words.value.replayed(formatNumber(replayed))}</output>
        {problem !== null && <ProblemNote problem={problem} />}
        <footer class="ops-buttons">
          <button type="button" class="secondary" onClick={onClose}>
            {cancel}
          </button>
          <button type="submit" aria-busy={isBusy} disabled={isBusy}>
            {replay}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
