import { invalidArgument } from '#oss';
import type { EmulatorState } from '../state/emulator-state.js';
import { isArchived, restoreState, versionHeaders, type StoredObject } from '../store/stored-object.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { readText } from '../wire/read-body.js';
import { refusal } from '../wire/refusals.js';
import { send } from '../wire/responses.js';
import { readXml, recordOf } from '../wire/xml.js';
import { findRequested } from '../lookup/find-object.js';

const dayMs = 86_400_000;

interface RestoreWish {
  readonly days: number;
  /** The retrieval tier; undefined if the request names none. */
  readonly tier: string | undefined;
}

/**
 * `POST /key?restore`: makes an archived object readable after a delay, for a number of days. Answers 202 if it
 * starts a restoration, or 200 if it extends a completed one.
 */
export async function restoreObject(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  const wish = readWish(await readText(exchange));
  await restore(exchange, state, wish);
}

async function restore(exchange: AddressedExchange, state: EmulatorState, wish: RestoreWish): Promise<void> {
  const bucket = state.buckets.get(exchange.bucket);
  const object = findRequested(exchange, bucket);
  const priority = checkWish(object, wish);
  let status = 202;
  const changed = await bucket.objects.update(object, (current) => {
    const now = Date.now();
    const restoring = restoreState(current, new Date(now));
    if (restoring === 'ongoing-request="true"')
      throw refusal('RestoreAlreadyInProgress', { Key: object.key });
    status = restoring === undefined ? 202 : 200;
    const from = current.restored && restoring ? current.restored.from : isoTime(now + state.restoreMs);
    return { ...current, restored: { from, until: isoTime(now + state.restoreMs + wish.days * dayMs) } };
  });
  // The object was replaced meanwhile.
  if (!changed) return restore(exchange, state, wish);
  send(exchange, status, {
    ...versionHeaders(bucket, changed),
    ...(priority !== undefined && { 'x-oss-object-restore-priority': priority }),
  });
}

const isoTime = (ms: number) => new Date(ms).toISOString();

/** @returns the restore priority; undefined for storage classes without one */
function checkWish(object: StoredObject, { days, tier }: RestoreWish): string | undefined {
  if (!isArchived(object)) throw refusal('OperationNotSupported', { Key: object.key });
  const isCold = object.storageClass !== 'Archive';
  if (tier !== undefined && !isCold) throw refusal('MalformedXML');
  const maxDays = isCold ? 365 : 7;
  if (days < 1 || days > maxDays) throw badArgument('Days', String(days));
  const priority = tier ?? 'Standard';
  const tiers = ['Standard', 'Expedited', ...(object.storageClass === 'ColdArchive' ? ['Bulk'] : [])];
  if (isCold && !tiers.includes(priority)) throw badArgument('Tier', priority);
  return isCold ? priority : undefined;
}

/** @throws OssRefusal MalformedXML */
function readWish(text: string): RestoreWish {
  if (text === '') return { days: 1, tier: undefined };
  const { Days: days = '1', JobParameters: parameters } = readXml(text, 'RestoreRequest');
  const tier = parameters === undefined ? undefined : recordOf(parameters)['Tier'];
  if (
    typeof days !== 'string' ||
    !/^\d{1,4}$/.test(days) ||
    !(tier === undefined || typeof tier === 'string')
  )
    throw refusal('MalformedXML');
  return { days: Number(days), tier };
}

const badArgument = (name: string, value: string) =>
  invalidArgument(`The value of ${name} is not valid for this storage class.`, undefined, {
    ArgumentName: name,
    ArgumentValue: value,
  });
