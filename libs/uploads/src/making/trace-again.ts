import { traceSpan, within } from '#tracing';
import type { Upload } from '../rows/upload.entity.js';

/**
 * Runs `work` on an upload in a new trace, linked to the one in which it landed, which otherwise would
 * never end.
 */
export function traceAgain<T>(
  name: 'reprocess' | 'remake',
  { id, traceparent }: Pick<Upload, 'id' | 'traceparent'>,
  work: () => Promise<T>,
): Promise<T> {
  return within(traceSpan({ name, facts: { 'landfall.upload.id': id } }, { link: traceparent }), work);
}
