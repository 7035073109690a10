import { isDeepStrictEqual } from 'node:util';
import type { ObjectHead } from '#media';
import { type DataSource, type EntityManager, isUniqueViolation, PreparedStatement } from '#database';
import { LandfallError } from '#runtime';
import { withdrawUpload, type MadeObjects } from '../making/withdraw-upload.js';
import { Ticket } from '../rows/ticket.entity.js';
import { lockOpenUpload } from '../making/open-uploads.js';
import { planAgain, type ReplanRules, replanUpload } from '../making/plan-again.js';
import { findHolder } from './find-holder.js';
import {
  isRecorded,
  recordMerged,
  recordProcessing,
  recordStored,
  recordUpload,
} from '../events/record-uploads.js';
import { joinOwnWords, ownWordsOf } from '../rows/own-words.js';
import { type ConfirmedUpload, isConfirmed, Upload } from '../rows/upload.entity.js';

/** Settings for confirming landings. */
export interface ConfirmRules extends ReplanRules {
  /** Whether the vars of landings that nobody vouches for are trusted. */
  believesAnyone: boolean;
  made: MadeObjects;
}

/** Tries: of two landings of one version confirmed concurrently, the second fails on the unique index, then finds the first. */
const triesMax = 3;

/**
 * Records that OSS has the version that a landing reported; from here on the upload holds this version (decision 18). If
 * another upload already holds it, the landing is merged into that one, unless both came by callback and only this one is
 * vouched for (by ticket or secret URL): it then takes over. The caller has checked ETag, size and plausible times.
 * @returns null if nothing is left to do for this landing: it was merged, or is finished or gone
 * @throws LandfallError ticket.used
 */
export async function confirmLanding(
  source: DataSource,
  id: string,
  seen: ObjectHead,
  rules: ConfirmRules,
): Promise<ConfirmedUpload | null> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await source.transaction((manager) => confirm(manager, id, seen, rules));
    } catch (error) {
      if (tries === triesMax || !isUniqueViolation(error)) throw error;
    }
  }
}

async function confirm(
  manager: EntityManager,
  id: string,
  seen: ObjectHead,
  rules: ConfirmRules,
): Promise<ConfirmedUpload | null> {
  const upload = await lockOpenUpload(manager, id);
  if (!upload || isConfirmed(upload)) return upload;
  if (upload.ticketId !== null) await refuseUsedTicket(manager, upload, upload.ticketId, seen);
  const holder = await findHolder(manager, upload, seen.etag);
  if (holder && !replaces(upload, holder)) return merge(manager, upload, holder, { ...rules, ...seen });
  if (holder) await takeOver(manager, upload, holder, rules);
  return claim(manager, upload, seen, rules);
}

/**
 * A callback that is vouched for replaces one that is not, and whose claims may be forged. Uploads of other sources contain
 * no claims that would have to be removed.
 */
function replaces(upload: Upload, holder: Upload): boolean {
  const areCallbacks = upload.source === 'callback' && holder.source === 'callback';
  return areCallbacks && upload.proof !== null && holder.proof === 'object';
}

/**
 * Unless it allows overwriting, a ticket admits one version. Locks the ticket, or two landings would each find it unused.
 * @throws LandfallError ticket.used
 */
async function refuseUsedTicket(
  manager: EntityManager,
  { id }: Upload,
  ticketId: string,
  { etag }: ObjectHead,
): Promise<void> {
  const ticket = await manager.findOne(Ticket, {
    where: { id: ticketId },
    lock: { mode: 'pessimistic_write' },
  });
  if (ticket?.overwrite) return;
  const other = await manager
    .createQueryBuilder(Upload, 'u')
    .select('u.id')
    .where('u.ticket_id = :ticketId AND u.id <> :id AND u.etag <> :etag', { ticketId, id, etag })
    .andWhere(`u.confirmed_at IS NOT NULL AND u.status NOT IN ('failed', 'deleted')`)
    .getOne();
  if (other) throw new LandfallError('ticket.used', `upload ${other.id} was made with it`);
}

/**
 * Merges a second landing of a version into the upload that holds it, which gains the values that it lacks. Vars are added
 * only if the landing is vouched for, or, with `believesAnyone`, if neither is. The holder's own vars win, unless only the
 * landing is vouched for.
 */
async function merge(
  manager: EntityManager,
  upload: Upload,
  holder: Upload,
  { lastModified, believesAnyone, ...rules }: ObjectHead & ConfirmRules,
): Promise<null> {
  const isVouched = upload.proof !== null;
  const isFirst = isVouched && holder.proof === 'object';
  // A holder that is vouched for accepts reports only from a landing that is too.
  const isHeard = isVouched || holder.proof === 'object';
  const isBelieved = isVouched || (believesAnyone && holder.proof === 'object');
  const added = isBelieved ? { ...(isVouched ? {} : upload.claimedVars), ...upload.vars } : {};
  const vars = isFirst ? { ...holder.vars, ...added } : { ...added, ...holder.vars };
  await manager.update(
    Upload,
    { id: holder.id },
    {
      vars,
      ...joinOwnWords(holder, upload),
      imageInfo: holder.imageInfo ?? (isHeard ? upload.imageInfo : null),
      claimedVars: holder.claimedVars ?? (isHeard ? upload.claimedVars : null),
      ticketId: holder.ticketId ?? (isVouched ? upload.ticketId : null),
      proof: isFirst ? upload.proof : holder.proof,
      lastModified: later(holder.lastModified, lastModified),
      confirmedAt: () => 'now()',
    },
  );
  const isInLog = await isRecorded(manager, upload);
  if (isInLog) await recordStored(manager, [upload]);
  await manager.update(
    Upload,
    { id: upload.id },
    {
      status: 'deleted',
      mergedInto: holder.id,
      proof: upload.proof ?? 'object',
      etag: holder.etag,
      reprocessingSince: null,
      updatedAt: () => 'now()',
    },
  );
  if (isInLog) await recordMerged(manager, upload.id, holder.id);
  const completed = await manager.findOneByOrFail(Upload, { id: holder.id });
  // Vars and ticket decide which pipeline is chosen.
  const isOther = completed.ticketId !== holder.ticketId || !isDeepStrictEqual(completed.vars, holder.vars);
  if (isOther || !isDeepStrictEqual(ownWordsOf(completed), ownWordsOf(holder)))
    await recordUpload(manager, 'upload.updated', holder.id);
  if (isOther) {
    await replanUpload(manager, completed, {
      ...rules,
      plan: await planAgain(manager, rules.pipelines, completed),
    });
  }
  return null;
}

/** Replaces a holder that nobody vouches for; the upload also stands for everything that was merged into the holder. */
async function takeOver(
  manager: EntityManager,
  upload: Upload,
  holder: Upload,
  { made }: ConfirmRules,
): Promise<void> {
  const { id } = upload;
  await withdrawUpload(manager, holder, made);
  for (const where of [{ id: holder.id }, { mergedInto: holder.id }])
    await manager.update(Upload, where, { mergedInto: id });
  await manager.update(Upload, { id }, joinOwnWords(upload, holder));
}

async function claim(
  manager: EntityManager,
  upload: Upload,
  { etag, sizeBytes, mimeType, lastModified }: ObjectHead,
  { believesAnyone }: ConfirmRules,
): Promise<ConfirmedUpload> {
  const isBelieved = upload.proof === null && believesAnyone;
  const { vars, claimedVars } = isBelieved
    ? { vars: { ...upload.claimedVars, ...upload.vars }, claimedVars: null }
    : upload;
  const values = [upload.id, etag, sizeBytes, mimeType, lastModified, vars, claimedVars];
  const [claimed] = await claimVersion.run(manager, values);
  if (!claimed || !isConfirmed(claimed)) throw new Error(`${upload.id} is not confirmed after all`);
  await recordProcessing(manager, claimed);
  return claimed;
}

const claimVersion = new PreparedStatement<Upload>(
  'claim-version',
  (columns) =>
    `UPDATE uploads AS u
     SET etag = $2, size_bytes = $3, mime_type = coalesce(mime_type, $4), last_modified = $5, vars = $6, claimed_vars = $7,
         confirmed_at = now(), proof = coalesce(proof, 'object'), status = 'processing', updated_at = now()
     WHERE id = $1 RETURNING ${columns(Upload, 'u')}`,
);

function later(known: Date | null, seen: Date): Date {
  return known && known > seen ? known : seen;
}
