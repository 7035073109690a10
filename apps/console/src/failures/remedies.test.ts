import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { remedies } from './remedies.js';

/** Codes of these beginnings that no upload or rendition ends with: the API alone answers with them. */
const ofRequests = new Set([
  'rendition.not_found',
  'ticket.bucket_forbidden',
  'ticket.key_forbidden',
  'ticket.key_invalid',
  'ticket.not_found',
  'ticket.pipeline_unknown',
  'upload.changed',
  'upload.labels_exceeded',
  'upload.not_comparable',
  'upload.not_found',
  'upload.refused',
]);

test('there is a remedy for each code that an upload or a rendition can fail with, and for no other', () => {
  const [errors = ''] = readFileSync('docs/errors.md', 'utf8').split('## Warnings');
  const codes = [...errors.matchAll(/^\| `([a-z._]+)`/gm)].map(([, code = '']) => code);
  const expected = codes.filter(
    (code) =>
      /^(media|object|storage|ticket|upload|rendition)\./.test(code) || code === 'internal.unexpected',
  );
  expect(Object.keys(remedies).toSorted()).toEqual(
    expected.filter((code) => !ofRequests.has(code)).toSorted(),
  );
});
