import type { ListRefusedCallbacksData, RefusedCallback, RefusedCallbackPage } from '../generated/types.js';
import type { CallOptions, Transport } from '../http/transport.js';
import { operations } from '../operations.js';
import { Pages } from './pages.js';

/** Callbacks received from OSS. */
export class Callbacks {
  constructor(private readonly transport: Transport) {}

  /** Lists the callbacks refused in the last day, newest first, each with an explanation. */
  refused(
    query: Omit<NonNullable<ListRefusedCallbacksData['query']>, 'cursor'> = {},
    options?: CallOptions,
  ): Pages<RefusedCallback, RefusedCallbackPage> {
    return new Pages(
      (cursor) => {
        const paged = cursor === undefined ? query : { ...query, cursor };
        return this.transport.call(operations.listRefusedCallbacks, { query: paged }, options);
      },
      ({ nextCursor }) => nextCursor,
    );
  }
}
