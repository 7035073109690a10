import type { SelectQueryBuilder } from '#database';
import type { LogEvent } from './log-event.entity.js';

/** Uploads that events may be about: any that one of these names. */
export interface UploadPins {
  readonly uploadIds: readonly string[];
  /** The tickets that they were made with. */
  readonly ticketIds: readonly string[];
  /** Values that their vars have, all of them; null names none. */
  readonly vars: Readonly<Record<string, string>> | null;
}

/** Which events a reader wants. What is not set wants all. */
export interface EventFilter {
  types?: readonly string[] | undefined;
  uploadId?: string | undefined;
  /** Values that the vars of the upload have, all of them. */
  vars?: Readonly<Record<string, string>> | undefined;
  /** Every one of these names the upload. */
  pins?: readonly UploadPins[] | undefined;
}

/** What an event is chosen by. */
export interface EventSubject {
  readonly type: string;
  readonly uploadId: string | null;
  readonly ticketId: string | null;
  readonly vars: Readonly<Record<string, string>>;
}

/** What an event is chosen by; one that is about no upload has neither ticket nor vars. */
export function subjectOf({
  type,
  uploadId,
  data,
}: Pick<LogEvent, 'type' | 'uploadId' | 'data'>): EventSubject {
  const { upload } = data as { upload?: { ticketId?: string | null; vars?: Record<string, string> } };
  return { type, uploadId, ticketId: upload?.ticketId ?? null, vars: upload?.vars ?? {} };
}

/** Whether a reader wants an event: the same as `narrowEvents` says in SQL. */
export function wantsEvent({ types, uploadId, vars, pins }: EventFilter, subject: EventSubject): boolean {
  return (
    (types?.includes(subject.type) ?? true) &&
    (uploadId === undefined || uploadId === subject.uploadId) &&
    (vars === undefined || hasVars(subject, vars)) &&
    (pins?.every((pin) => isPinned(pin, subject)) ?? true)
  );
}

/** Whether pins name an upload. */
export function isPinned(
  { uploadIds, ticketIds, vars }: UploadPins,
  upload: Pick<EventSubject, 'uploadId' | 'ticketId' | 'vars'>,
): boolean {
  return (
    (upload.uploadId !== null && uploadIds.includes(upload.uploadId)) ||
    (upload.ticketId !== null && ticketIds.includes(upload.ticketId)) ||
    (vars !== null && hasVars(upload, vars))
  );
}

function hasVars(
  { uploadId, vars }: Pick<EventSubject, 'uploadId' | 'vars'>,
  wanted: Readonly<Record<string, string>>,
): boolean {
  if (uploadId === null) return false;
  return Object.entries(wanted).every(([name, value]) => Object.hasOwn(vars, name) && vars[name] === value);
}

/** Leaves a query of events `e` those that a reader wants. */
export function narrowEvents(
  query: SelectQueryBuilder<LogEvent>,
  { types, uploadId, vars, pins = [] }: EventFilter,
): SelectQueryBuilder<LogEvent> {
  if (types) query.andWhere('e.type = ANY(:types)', { types });
  if (uploadId !== undefined) query.andWhere('e.upload_id = :uploadId', { uploadId });
  if (vars) query.andWhere(`e.data #> '{upload,vars}' @> :vars::jsonb`, { vars: JSON.stringify(vars) });
  for (const [at, pin] of pins.entries()) {
    query.andWhere(
      `(e.upload_id = ANY(:uploadIds${at}) OR e.data #>> '{upload,ticketId}' = ANY(:ticketIds${at})
        OR e.upload_id IS NOT NULL AND e.data #> '{upload,vars}' @> :pinnedVars${at}::jsonb)`,
      {
        [`uploadIds${at}`]: pin.uploadIds,
        [`ticketIds${at}`]: pin.ticketIds,
        [`pinnedVars${at}`]: pin.vars && JSON.stringify(pin.vars),
      },
    );
  }
  return query;
}
