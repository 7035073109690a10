const overridable = [
  'content-type',
  'content-language',
  'expires',
  'cache-control',
  'content-disposition',
  'content-encoding',
];

/** The headers that `response-*` parameters of a query put in place of those of the object. */
export function responseOverrides(query: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    overridable.flatMap((name) => {
      const value = query[`response-${name}`];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
