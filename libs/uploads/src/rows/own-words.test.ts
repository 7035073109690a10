import { expect, test } from 'vitest';
import { joinOwnWords, mergeLabels, ownWordsLimits } from './own-words.js';

test.each([
  [{ a: '1' }, { b: '2' }, { a: '1', b: '2' }],
  [{ a: '1' }, { a: '2' }, { a: '2' }],
  [{ a: '1', b: '2' }, { a: null, c: null }, { b: '2' }],
  [{ a: '1' }, null, {}],
  [{ a: '1' }, {}, { a: '1' }],
  // Names that objects have of themselves.
  [
    {},
    JSON.parse('{"__proto__": "1", "constructor": "2"}'),
    JSON.parse('{"__proto__": "1", "constructor": "2"}'),
  ],
] as const)('labels %o patched with %o are %o', (labels, patch, wanted) => {
  expect(JSON.stringify(mergeLabels(labels, patch))).toBe(JSON.stringify(wanted));
});

test('of two uploads that are one, the first has its way, and nothing exceeds the limits', () => {
  const numbered = (prefix: string, length: number) =>
    Array.from({ length }, (_, index) => `${prefix}${index}`);
  const labelled = (prefix: string) =>
    Object.fromEntries(numbered(prefix, ownWordsLimits.labels).map((name) => [name, prefix]));
  expect(
    joinOwnWords(
      { title: null, tags: ['x', 'y'], labels: { a: '1' } },
      { title: 'T', tags: ['y', 'z'], labels: { a: '2', b: '3' } },
    ),
  ).toEqual({ title: 'T', tags: ['x', 'y', 'z'], labels: { a: '1', b: '3' } });
  const joined = joinOwnWords(
    { title: 'first', tags: numbered('a', ownWordsLimits.tags), labels: labelled('a') },
    { title: 'other', tags: numbered('b', ownWordsLimits.tags), labels: labelled('b') },
  );
  expect(joined).toEqual({ title: 'first', tags: numbered('a', ownWordsLimits.tags), labels: labelled('a') });
  const years = joinOwnWords(
    { title: null, tags: [], labels: labelled('a') },
    { title: null, tags: [], labels: { 2026: 'b' } },
  );
  expect(years.labels).toEqual(labelled('a'));
});
