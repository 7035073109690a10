/** Values of a query: a list is written with commas; of records there are only vars. */
export type QueryValue =
  | string
  | number
  | boolean
  | readonly (string | number)[]
  | Readonly<Record<string, string>>
  | null
  | undefined;

/** Writes a query with its question mark, or nothing if there are no values. */
export function writeQuery(values: Readonly<Record<string, QueryValue>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null) continue;
    if (Array.isArray(value)) query.append(name, value.join(','));
    else if (typeof value === 'object')
      for (const [key, item] of Object.entries(value)) query.append(`var.${key}`, String(item));
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
