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

/** The filters in the address of the page, under the names that the API has for them. What is wrong with them, the API says. */
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

/** Given once with commas, or several times. */
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

/** The same filters with one of them changed; an empty value removes it. */
export function withFilter(params: URLSearchParams, name: string, value: string): URLSearchParams {
  const changed = new URLSearchParams(params);
  if (value === '') changed.delete(name);
  else changed.set(name, value);
  return changed;
}

/** The day of a moment in the reader's time zone, as `<input type="date">` has it. */
export function dayOf(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return '';
  const pad = (value: number, length: number) => String(value).padStart(length, '0');
  return `${pad(date.getFullYear(), 4)}-${pad(date.getMonth() + 1, 2)}-${pad(date.getDate(), 2)}`;
}

/** The moment at which a day begins for the reader, or so many days after it. */
export function startOf(day: string, daysLater = 0): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + daysLater).toISOString();
}
