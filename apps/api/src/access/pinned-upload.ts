import { isPinned } from '#events';
import { isLandfallError, LandfallError } from '#runtime';
import type { UploadReader } from '#uploads';
import type { TokenGrant } from './access-token.js';

type Found = Awaited<ReturnType<UploadReader['get']>>;

/**
 * Returns the upload if the token of the request covers it. Any other id gives the same error, whether
 * or not the upload exists.
 * @param grant null for an API key, which covers all uploads
 * @throws LandfallError auth.token_scope; also rejects with any other error of `found`
 */
export async function admitPinned(
  grant: TokenGrant | null,
  id: string,
  found: Promise<Found>,
): Promise<Found> {
  if (!grant) return found;
  const refusal = new LandfallError('auth.token_scope', 'it is for other uploads');
  const shown = await found.catch((error: unknown) => {
    throw isLandfallError(error, 'upload.not_found') ? refusal : error;
  });
  const { vars, ticketId } = shown.upload;
  // The requested id may belong to an upload that was merged into the returned one.
  const names = [id, shown.upload.id].map((uploadId) => ({ uploadId, ticketId, vars }));
  if (!names.some((name) => isPinned(grant.pins, name))) throw refusal;
  return shown;
}
