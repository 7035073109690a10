import { LandfallProblem } from '@landfall/client/browser';
import { useSignal } from '@preact/signals';
import { ConfirmDialog } from '../../parts/confirm-dialog.js';
import { words } from '../list/browsing-words.js';
import { ExportMenu } from './export-menu.js';
import type { Selection } from './selection.js';
import type { UploadList } from '../list/upload-list.js';
import { type BulkAction, type BulkRun, useBulk } from './use-bulk.js';

const failuresShown = 20;

/** The actions for the chosen uploads, and the progress of a run with its failures. */
export function BulkBar({ list, selection }: { list: UploadList; selection: Selection }) {
  const { run, start } = useBulk();
  const isAsking = useSignal(false);
  const ids = [...selection.ids.value];
  const isRunning = run.value !== null && run.value.done < run.value.total;
  const begin = (action: BulkAction) => {
    start(action, ids);
    selection.clear();
  };
  if (ids.length === 0 && run.value === null) return null;
  const [only] = ids;
  return (
    <section class="browsing-bulk" aria-label={words.value.selectedOf}>
      {ids.length > 0 && (
        <div class="actions">
          <strong aria-live="polite">{words.value.selected(ids.length)}</strong>
          <button type="button" disabled={isRunning} onClick={() => begin('reprocess')}>
            {words.value.reprocess}
          </button>
          <button class="secondary" type="button" disabled={isRunning} onClick={() => begin('cancel')}>
            {words.value.cancel}
          </button>
          <button class="danger" type="button" disabled={isRunning} onClick={() => (isAsking.value = true)}>
            {words.value.delete}
          </button>
          <ExportMenu from={{ ids }} />
          {ids.length === 1 && <a href={`/console/?similarTo=${only}`}>{words.value.similar}</a>}
          <button class="quiet" type="button" onClick={() => selection.clear()}>
            {words.value.clearSelection}
          </button>
        </div>
      )}
      {run.value && <Progress run={run.value} list={list} onClose={() => (run.value = null)} />}
      {isAsking.value && (
        <ConfirmDialog
          title={words.value.deleteTitle(ids.length)}
          action={words.value.delete}
          onConfirm={() => begin('delete')}
          onClose={() => (isAsking.value = false)}
        >
          <p>{words.value.deleteText}</p>
        </ConfirmDialog>
      )}
    </section>
  );
}

function Progress({ run, list, onClose }: { run: BulkRun; list: UploadList; onClose: () => void }) {
  const { action, done, total, failures } = run;
  const nameOf = (id: string) => list.get(id)?.title ?? list.get(id)?.objectKey ?? id;
  return (
    <div class="browsing-run">
      <output>
        <strong>{words.value[action]}</strong> {words.value.done(done, total)}
        {failures.length > 0 && ` · ${words.value.failed(failures.length)}`}
      </output>
      <progress value={done} max={total} aria-label={words.value[action]} />
      {failures.length > 0 && (
        <ul>
          {failures.slice(0, failuresShown).map(({ id, problem }) => (
            <li key={id}>
              <a href={`/console/uploads/${id}`}>
                <bdi>{nameOf(id)}</bdi>
              </a>
              {': '}
              {reasonOf(problem)}
            </li>
          ))}
          {failures.length > failuresShown && (
            <li>{words.value.moreFailures(failures.length - failuresShown)}</li>
          )}
        </ul>
      )}
      {done === total && (
        <button class="secondary outline" type="button" onClick={onClose}>
          {words.value.dismiss}
        </button>
      )}
    </div>
  );
}

function reasonOf(problem: unknown): string {
  if (problem instanceof LandfallProblem) return `${problem.title} (${problem.code})`;
  return problem instanceof Error ? problem.message : String(problem);
}
