import type { Upload } from '@landfall/client/browser';
import { useSignal } from '@preact/signals';
import { ConfirmDialog } from '../../parts/confirm-dialog.js';
import { client } from '../../session/session.js';
import { words } from '../shown/upload-words.js';

interface ActionsProps {
  upload: Upload;
  /** Called after an action has been requested; the upload must be reloaded. */
  onChange: () => void;
  onProblem: (problem: unknown) => void;
}

/** Runs an action on an upload and reports the outcome to the page. */
export async function ask(
  { onChange, onProblem }: Omit<ActionsProps, 'upload'>,
  what: () => Promise<unknown>,
) {
  onProblem(null);
  try {
    await what();
    onChange();
  } catch (problem) {
    onProblem(problem);
  }
}

/** The actions for an upload as a whole. */
export function Actions({ upload: { id, status, perceptualHash }, ...page }: ActionsProps) {
  const isAsking = useSignal(false);
  const { uploads } = client();
  const isUnfinished = status === 'stored' || status === 'processing';
  return (
    <>
      {perceptualHash !== null && <a href={`/console/?similarTo=${id}`}>{words.value.similar}</a>}
      {status !== 'deleted' && (
        <>
          <button type="button" onClick={() => void ask(page, () => uploads.reprocess(id))}>
            {words.value.reprocess}
          </button>
          {isUnfinished && (
            <button class="secondary" type="button" onClick={() => void ask(page, () => uploads.cancel(id))}>
              {words.value.cancel}
            </button>
          )}
          <button class="danger" type="button" onClick={() => (isAsking.value = true)}>
            {words.value.delete}
          </button>
        </>
      )}
      {isAsking.value && (
        <ConfirmDialog
          title={words.value.deleteTitle}
          action={words.value.delete}
          onConfirm={() => void ask(page, () => uploads.delete(id))}
          onClose={() => (isAsking.value = false)}
        >
          <p>{words.value.deleteText}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
