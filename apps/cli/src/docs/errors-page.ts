import { errorTable, httpStatusOf, warningTable, type ErrorCode } from '#runtime';

/** `docs/errors.md`: every error code. */
export function renderErrorsPage(): string {
  const rows = Object.entries(errorTable).map(
    ([code, { message, retry }]) =>
      `| \`${code}\` | ${httpStatusOf(code as ErrorCode)} | ${retry === 'backoff' ? 'yes' : 'no'} | ${message} |`,
  );
  return `# Errors

<!-- Generated from libs/runtime/src/{error-table,warning-table}.ts by \`npm run landfall -- docs\`. -->

Every error has a code that stays the same. Over HTTP it comes as \`application/problem+json\` with the status of this table;
an upload or rendition that failed carries it in \`error\`. "Tried again" says what a job does that meets it.

| code | HTTP status | tried again | meaning |
|---|--:|---|---|
${rows.join('\n')}

## Warnings

What is ready and all the same not as it should be carries these in \`warnings\`: a rendition its own, an upload those of all.

| code | meaning |
|---|---|
${Object.entries(warningTable)
  .map(([code, meaning]) => `| \`${code}\` | ${meaning} |`)
  .join('\n')}
`;
}
