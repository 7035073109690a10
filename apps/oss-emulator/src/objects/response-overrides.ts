const overridable = [
  'content-type',
  'content-language',
  'expires',
  'cache-control',
  'content-disposition',
  'content-encoding',
];

/** The headers that `response-*` query parameters override. */
export function responseOverrides(query: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    overridable.flatMap((name) => {
      const value = query[`response-${name}`];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
