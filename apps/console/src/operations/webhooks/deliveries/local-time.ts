/** A time of `<input type="datetime-local">`, which is one of the reader's own zone. */
export function isoOf(local: FormDataEntryValue | null): string | undefined {
  return typeof local === 'string' && local !== '' ? new Date(local).toISOString() : undefined;
}
