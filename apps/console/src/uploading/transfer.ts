import type { TicketRequest } from '@landfall/client/browser';
import type { Signal } from '@preact/signals';

/** Where a file is on its way: sent by this page until OSS has it, then followed until everything is made of it. */
export type TransferState =
  | { readonly step: 'waiting' | 'paused' | 'confirming' }
  | { readonly step: 'sending'; readonly sentBytes: number }
  /** OSS has it, and Landfall was not told: it finds the object by the ticket. */
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
      /** Its smallest picture; null where it has none. */
      readonly thumbnailUrl: string | null;
    }
  /** `uploadId` is null of what never became an upload: it is sent again, the other is made again. */
  | {
      readonly step: 'failed';
      readonly uploadId: string | null;
      readonly code: string | null;
      readonly message: string;
    };

export interface Transfer {
  readonly id: number;
  readonly file: File;
  /** With the folders in which it was chosen. */
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

/** As it is just now, without listening to its changes. */
export function groupOf({ state }: Transfer): Group {
  return groups[state.peek().step];
}

export interface Totals {
  readonly files: Readonly<Record<Group, number>>;
  readonly bytes: number;
  readonly sentBytes: number;
}

/** How far all of them are. */
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
