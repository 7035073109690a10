import { formatBytes } from '../language/formats.js';
import type { Transfer, TransferState } from './transfer.js';
import { cancel, isHeld, pause, resume, retry } from './transfers.js';
import { words } from './words.js';

/** One file with its state, progress and actions. */
export function TransferRow({ transfer }: { transfer: Transfer }) {
  const state = transfer.state.value;
  const { path, file } = transfer;
  const uploadId = 'uploadId' in state ? state.uploadId : null;
  return (
    <li class="uploading-row" data-step={state.step}>
      <span class="uploading-thumbnail">
        {'thumbnailUrl' in state && state.thumbnailUrl !== null && <img src={state.thumbnailUrl} alt="" />}
      </span>
      <span class="uploading-name">
        {uploadId === null ? path : <a href={`/console/uploads/${uploadId}`}>{path}</a>}
        <small>{formatBytes(file.size)}</small>
      </span>
      <span class="uploading-state">
        <span>{stateWords(state, file.size)}</span>
        {state.step === 'failed' && (
          <small>
            {state.message} {state.code !== null && <code>{state.code}</code>}
          </small>
        )}
        {state.step === 'sending' && (
          <progress
            aria-label={path}
            max={Math.max(1, file.size)}
            value={Math.min(file.size, state.sentBytes)}
          />
        )}
        {state.step === 'processing' && (
          <progress aria-label={path} max={Math.max(1, state.planned)} value={state.made} />
        )}
      </span>
      <RowActions transfer={transfer} />
    </li>
  );
}

function RowActions({ transfer }: { transfer: Transfer }) {
  const { step } = transfer.state.value;
  const actions: [what: string, act: () => void][] = [];
  if (step === 'sending' || (step === 'waiting' && !isHeld.value))
    actions.push([words.value.pause, () => pause(transfer)]);
  if (step === 'paused') actions.push([words.value.resume, () => resume(transfer)]);
  if (step === 'failed') actions.push([words.value.again, () => void retry(transfer)]);
  if (step === 'waiting' || step === 'sending' || step === 'paused')
    actions.push([words.value.cancel, () => cancel(transfer)]);
  return (
    <span class="uploading-actions">
      {actions.map(([what, act]) => (
        <button
          class="secondary outline"
          type="button"
          key={what}
          aria-label={words.value.ofFile(what, transfer.path)}
          onClick={act}
        >
          {what}
        </button>
      ))}
    </span>
  );
}

function stateWords(state: TransferState, bytes: number): string {
  const say = words.value;
  switch (state.step) {
    case 'waiting':
      return isHeld.value ? say.stateHeld : say.stateWaiting;
    case 'paused':
      return say.statePaused;
    case 'sending':
      return say.stateSending(Math.min(100, Math.floor((state.sentBytes / Math.max(1, bytes)) * 100)));
    case 'confirming':
      return say.stateConfirming;
    case 'unconfirmed':
      return say.stateUnconfirmed;
    case 'processing':
      return state.planned === 0 ? say.stateStored : say.stateProcessing(state.made, state.planned);
    case 'ready':
      return say.stateReady(state.made);
    case 'ignored':
      return say.stateIgnored;
    case 'deleted':
      return say.stateDeleted;
    case 'failed':
      return say.stateFailed;
  }
}
