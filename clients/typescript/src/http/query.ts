/** Values of a query: a list is written with commas, and a record as `var.<name>=<value>`. */
export type QueryValue =
  | string
  | number
  | boolean
  | readonly (string | number)[]
  | Readonly<Record<string, string>>
  | null
  | undefined;

/** How records are written, by their name. */
const recordPrefixes: Readonly<Record<string, string>> = { vars: 'var', labels: 'label' };
/** Lists whose values may have commas: they are written as often as they have values. */
const repeated = new Set(['tag']);

/** Writes a query with its question mark, or nothing if there are no values. */
export function writeQuery(values: Readonly<Record<string, QueryValue>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null) continue;
    if (Array.isArray(value))
      for (const item of repeated.has(name) ? value : [value.join(',')]) query.append(name, String(item));
    else if (typeof value === 'object')
      for (const [key, item] of Object.entries(value))
        query.append(`${recordPrefixes[name] ?? name}.${key}`, String(item));
    else query.append(name, String(value));
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** Replaces `{id}` by the escaped value. @throws TypeError if a value is missing, or would change the path */
export function writePath(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    // Of `.` and `..` the URL parser would make another path, even escaped.
    if (value === undefined || value === '' || value === '.' || value === '..')
      throw new TypeError(`${name} must be an id, not ${JSON.stringify(value)}`);
    return encodeURIComponent(value);
  });
}
