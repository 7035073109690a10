import type { UploadQuery } from '@landfall/client/browser';

const singles = [
  'bucket',
  'prefix',
  'kind',
  'current',
  'createdAfter',
  'createdBefore',
  'similarTo',
  'distance',
  'sort',
] as const;

/** Reads the filters from the address, which uses the API's names. Validation is left to the API. */
export function queryOf(params: URLSearchParams): UploadQuery {
  const given = (name: string) => params.get(name) || undefined;
  const named = (prefix: string) =>
    Object.fromEntries(
      [...params].flatMap(([name, value]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : [],
      ),
    );
  const status = statusesOf(params);
  const tag = params.getAll('tag');
  const query = {
    ...Object.fromEntries(singles.map((name) => [name, given(name)])),
    status: status.length > 0 ? status : undefined,
    tag: tag.length > 0 ? tag : undefined,
    labels: named('label.'),
    vars: named('var.'),
  };
  return query as UploadQuery;
}

/** Reads statuses separated by commas or from repeated parameters. */
export function statusesOf(params: URLSearchParams): string[] {
  return params
    .getAll('status')
    .flatMap((value) => value.split(','))
    .filter((value) => value !== '');
}

/** The address of the gallery with these filters. */
export function addressOf(params: URLSearchParams): string {
  const text = params.toString();
  return text === '' ? '/console/' : `/console/?${text}`;
}

/** A copy of the filters with one of them changed; an empty value removes it. */
export function withFilter(params: URLSearchParams, name: string, value: string): URLSearchParams {
  const changed = new URLSearchParams(params);
  if (value === '') changed.delete(name);
  else changed.set(name, value);
  return changed;
}

/** The day of a time in the user's time zone, in the format of `<input type="date">`. */
export function dayOf(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return '';
  const pad = (value: number, length: number) => String(value).padStart(length, '0');
  return `${pad(date.getFullYear(), 4)}-${pad(date.getMonth() + 1, 2)}-${pad(date.getDate(), 2)}`;
}

/** The start of a day in the user's time zone, plus a number of days. */
export function startOf(day: string, daysLater = 0): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + daysLater).toISOString();
}
