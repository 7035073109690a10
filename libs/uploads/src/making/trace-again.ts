import { traceSpan, within } from '#tracing';
import type { Upload } from '../rows/upload.entity.js';

/**
 * Begins something with an upload anew, in a trace of its own that points to the one in which it
 * landed: that one would never end otherwise.
 */
export function traceAgain<T>(
  name: 'reprocess' | 'remake',
  { id, traceparent }: Pick<Upload, 'id' | 'traceparent'>,
  work: () => Promise<T>,
): Promise<T> {
  return within(traceSpan({ name, facts: { 'landfall.upload.id': id } }, { link: traceparent }), work);
}
