import { expect, test } from 'vitest';
import { readProblem, readRetryAfter } from './problem.js';

const answer = (status: number, body: string, headers: Record<string, string> = {}) =>
  new Response(body, { status, statusText: 'Bad Gateway', headers });
const json = { 'content-type': 'application/problem+json; charset=utf-8' };

test('a problem has the code of the API', async () => {
  const body = JSON.stringify({ code: 'upload.unknown', title: 'No such upload', detail: 'there is no a' });
  const problem = await readProblem(answer(404, body, { ...json, 'retry-after': '3' }));
  expect(problem).toMatchObject({
    name: 'LandfallProblem',
    status: 404,
    code: 'upload.unknown',
    title: 'No such upload',
    detail: 'there is no a',
    message: 'there is no a (upload.unknown, 404)',
    retryAfterMs: 3_000,
  });
});

test.each([
  ['a page of a proxy', '<html>no</html>', { 'content-type': 'text/html' }, '<html>no</html>'],
  ['JSON of a stranger', '{"code": "x"}', { 'content-type': 'application/json' }, '{"code": "x"}'],
  ['a problem that is cut off', '{"code": "upl', json, '{"code": "upl'],
  ['a problem without a code', '{"title": "x"}', json, '{"title": "x"}'],
  ['null', 'null', json, 'null'],
  ['nothing', '', {}, 'Bad Gateway'],
  ['a book', 'x'.repeat(10_000), {}, 'x'.repeat(200)],
])('%s has the code of its status', async (_, body, headers, detail) => {
  expect(await readProblem(answer(502, body, headers))).toMatchObject({ code: 'http.502', detail });
});

test.each([
  [null, null],
  ['0', 0],
  ['120', 120_000],
  ['Sun, 29 Nov 2026 12:00:10 GMT', 10_000],
  ['Sun, 29 Nov 2026 11:00:00 GMT', 0],
  ['soon', null],
  ['-5', null],
  ['1e9', null],
  ['Sun, 99 Nov 2026', null],
])('Retry-After %s is %s ms', (value, ms) => {
  expect(readRetryAfter(value, Date.parse('2026-11-29T12:00:00Z'))).toBe(ms);
});
