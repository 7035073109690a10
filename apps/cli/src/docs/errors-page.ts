import '#database';
import '#events';
import '#idempotency';
import '#jobs';
import '#local';
import '#management';
import '#media';
import '#oss';
import '#pipelines';
import '#reconcile';
import '#storage';
import '#tracing';
import '#uploads';
import '#webhooks';
import { httpStatusOf, listErrors, warningTable } from '#runtime';
import '../../../api/src/errors.js';
import '../errors.js';
import { escapeCell } from './escape-cell.js';

/** `docs/errors.md`: every error code of the libs and apps imported above. */
export function renderErrorsPage(): string {
  const rows = listErrors().map(
    ([code, { message, retry }]) =>
      `| \`${code}\` | ${httpStatusOf(code)} | ${retry === 'backoff' ? 'yes' : 'no'} | ${escapeCell(message)} |`,
  );
  return `# Errors

<!-- Generated from errors.ts of each room and libs/runtime/src/warning-table.ts by \`npm run landfall -- docs\`. -->

Every error has a stable code. An HTTP response with an error is \`application/problem+json\` with
the status in this table. A failed upload or rendition has its code in \`error\`. "Retried" says
whether a job that fails with this error is retried.

| code | HTTP status | retried | meaning |
|---|--:|---|---|
${rows.join('\n')}

## Warnings

An upload or rendition can be \`ready\` and still have a problem. \`warnings\` of a rendition lists its
own; \`warnings\` of an upload lists those of all its renditions.

| code | meaning |
|---|---|
${Object.entries(warningTable)
  .map(([code, meaning]) => `| \`${code}\` | ${escapeCell(meaning)} |`)
  .join('\n')}
`;
}
