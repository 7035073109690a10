import type { TicketRequest } from '@landfall/client/browser';
import type { Signal } from '@preact/signals';

/** The state of a file: sent by this page until OSS has stored it, then followed until all renditions are made. */
export type TransferState =
  | { readonly step: 'waiting' | 'paused' | 'confirming' }
  | { readonly step: 'sending'; readonly sentBytes: number }
  /** OSS has stored it but the callback failed; Landfall finds the object by the ticket. */
  | { readonly step: 'unconfirmed'; readonly ticketId: string }
  | {
      readonly step: 'processing';
      readonly uploadId: string;
      readonly made: number;
      readonly planned: number;
    }
  | {
      readonly step: 'ready' | 'ignored' | 'deleted';
      readonly uploadId: string;
      readonly made: number;
      /** URL of its smallest picture; null if it has none. */
      readonly thumbnailUrl: string | null;
    }
  /**
   * `uploadId` is null if it never became an upload. A retry then sends the file again; otherwise it reprocesses the
   * upload.
   */
  | {
      readonly step: 'failed';
      readonly uploadId: string | null;
      readonly code: string | null;
      readonly message: string;
    };

export interface Transfer {
  readonly id: number;
  readonly file: File;
  /** Relative path, with the chosen folders. */
  readonly path: string;
  readonly request: TicketRequest;
  readonly state: Signal<TransferState>;
}

export type Group = 'waiting' | 'sending' | 'working' | 'done' | 'failed';

const groups: Readonly<Record<TransferState['step'], Group>> = {
  waiting: 'waiting',
  paused: 'waiting',
  sending: 'sending',
  confirming: 'sending',
  unconfirmed: 'working',
  processing: 'working',
  ready: 'done',
  ignored: 'done',
  deleted: 'done',
  failed: 'failed',
};

/** The current group, read without subscribing to changes. */
export function groupOf({ state }: Transfer): Group {
  return groups[state.peek().step];
}

export interface Totals {
  readonly files: Readonly<Record<Group, number>>;
  readonly bytes: number;
  readonly sentBytes: number;
}

/** Totals over all transfers. */
export function countTotals(transfers: readonly Transfer[]): Totals {
  const files = { waiting: 0, sending: 0, working: 0, done: 0, failed: 0 };
  let bytes = 0;
  let sentBytes = 0;
  for (const transfer of transfers) {
    const state = transfer.state.peek();
    files[groups[state.step]] += 1;
    bytes += transfer.file.size;
    sentBytes += sentBytesOf(transfer.file, state);
  }
  return { files, bytes, sentBytes };
}

function sentBytesOf({ size }: File, state: TransferState): number {
  if (state.step === 'sending') return Math.min(state.sentBytes, size);
  const isHere =
    state.step === 'waiting' ||
    state.step === 'paused' ||
    (state.step === 'failed' && state.uploadId === null);
  return isHere ? 0 : size;
}
