/**
 * Query values. A list is joined with commas, except `tag`, which is repeated; a record becomes `var.<name>=<value>`
 * or `label.<name>=<value>`.
 */
export type QueryValue =
  | string
  | number
  | boolean
  | readonly (string | number)[]
  | Readonly<Record<string, string>>
  | null
  | undefined;

/** Parameter prefixes of records, by field name. */
const recordPrefixes: Readonly<Record<string, string>> = { vars: 'var', labels: 'label' };
/** Lists whose values may contain commas; the parameter is repeated for each value. */
const repeated = new Set(['tag']);

/** Formats a query, including the question mark; empty if there are no values. */
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

/**
 * Replaces placeholders such as `{id}` with escaped values.
 * @throws TypeError if a value is missing or would change the path
 */
export function writePath(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    // The URL parser would resolve `.` and `..` as path segments, even when escaped.
    if (value === undefined || value === '' || value === '.' || value === '..')
      throw new TypeError(`${name} must be an id, not ${JSON.stringify(value)}`);
    return encodeURIComponent(value);
  });
}
