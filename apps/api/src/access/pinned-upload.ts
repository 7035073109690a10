import { isPinned } from '#events';
import { isLandfallError, LandfallError } from '#runtime';
import type { UploadReader } from '#uploads';
import type { TokenGrant } from './access-token.js';

type Found = Awaited<ReturnType<UploadReader['get']>>;

/**
 * Passes on an upload that the token of a request is for. Of any other it does not say whether there
 * is one.
 * @param grant null for an API key, which is for all uploads
 * @throws LandfallError auth.token_scope, and what `found` rejects with
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
  // The id may be that of an upload that was merged into the one that is shown.
  const names = [id, shown.upload.id].map((uploadId) => ({ uploadId, ticketId, vars }));
  if (!names.some((name) => isPinned(grant.pins, name))) throw refusal;
  return shown;
}
