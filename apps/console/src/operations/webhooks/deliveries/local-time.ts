/**
 * Converts the value of `<input type="datetime-local">`, in the user's time zone, to ISO 8601; undefined if empty.
 */
export function isoOf(local: FormDataEntryValue | null): string | undefined {
  return typeof local === 'string' && local !== '' ? new Date(local).toISOString() : undefined;
}
