import { useComputed, useSignal } from '@preact/signals';
import { formatBytes } from '../language/formats.js';
import { groupOf, type Group } from './transfer.js';
import { TransferRow } from './transfer-row.js';
import { clearDone, holdAll, isHeld, releaseAll, retryAll, totals, transfers } from './transfers.js';
import { words } from './words.js';

/** Rows rendered before the user asks for more; rows out of view are not laid out either. */
const drawnAtFirst = 200;
const groups = ['waiting', 'sending', 'working', 'done', 'failed'] as const satisfies Group[];

/** The list of files, optionally limited to one group. */
export function TransferList() {
  const group = useSignal<Group | 'all'>('all');
  const drawn = useSignal(drawnAtFirst);
  // The rows of a group are recomputed with the totals, not at each change of a single file.
  const shown = useComputed(() => {
    if (group.value === 'all') return transfers.value;
    void totals.value;
    return transfers.value.filter((transfer) => groupOf(transfer) === group.value);
  });
  const left = shown.value.length - drawn.value;
  return (
    <>
      <label class="uploading-group">
        {words.value.show}
        <select
          value={group.value}
          onChange={({ currentTarget }) => {
            group.value = currentTarget.value as Group | 'all';
            drawn.value = drawnAtFirst;
          }}
        >
          <option value="all">{words.value.all}</option>
          {groups.map((name) => (
            <option key={name} value={name}>
              {words.value[name]} ({totals.value.files[name]})
            </option>
          ))}
        </select>
      </label>
      {shown.value.length === 0 && <p>{words.value.none}</p>}
      <ul class="uploading-list" aria-label={words.value.files}>
        {shown.value.slice(0, drawn.value).map((transfer) => (
          <TransferRow key={transfer.id} transfer={transfer} />
        ))}
      </ul>
      {left > 0 && (
        <button
          class="secondary"
          type="button"
          onClick={() => {
            drawn.value += drawnAtFirst;
          }}
        >
          {words.value.more(left)}
        </button>
      )}
    </>
  );
}

/** A summary of all files, and the actions for all. */
export function TransferSummary() {
  const { files, bytes, sentBytes } = totals.value;
  const all = files.waiting + files.sending + files.working + files.done + files.failed;
  const unsent = files.waiting + files.sending;
  const hasEnded = all > 0 && files.done + files.failed === all;
  return (
    <header class="uploading-summary">
      <div class="uploading-totals">
        <strong>{words.value.summary(files.done, all)}</strong>
        <span>{words.value.bytes(formatBytes(sentBytes), formatBytes(bytes))}</span>
        {files.failed > 0 && (
          <span class="uploading-failed">
            {words.value.failed}: {files.failed}
          </span>
        )}
        <output class="uploading-ended">{hasEnded && words.value.allDone(files.failed)}</output>
      </div>
      <progress aria-label={words.value.files} max={Math.max(1, bytes)} value={sentBytes} />
      <div class="actions">
        {isHeld.value ? (
          <button type="button" onClick={releaseAll}>
            {words.value.resumeAll}
          </button>
        ) : (
          <button class="secondary" type="button" disabled={unsent === 0} onClick={holdAll}>
            {words.value.pauseAll}
          </button>
        )}
        <button
          class="secondary outline"
          type="button"
          disabled={files.failed === 0}
          onClick={() => void retryAll()}
        >
          {words.value.retryFailed}
        </button>
        <button class="secondary outline" type="button" disabled={files.done === 0} onClick={clearDone}>
          {words.value.clearDone}
        </button>
      </div>
      <small>{words.value.pauseHint}</small>
    </header>
  );
}
