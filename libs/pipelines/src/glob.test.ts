import { expect, test } from 'vitest';
import { matchesGlob } from './glob.js';

test.each([
  ['a.jpg', ['a.jpg'], ['a-jpg', 'A.jpg', 'b/a.jpg', 'a.jpgx', '']],
  ['*.jpg', ['a.jpg', '.jpg', 'a.b.jpg', '目录.jpg'], ['b/a.jpg', 'a.jpeg']],
  ['photos/*', ['photos/', 'photos/a'], ['photos', 'photos/a/b', 'Photos/a']],
  ['**.jpg', ['a.jpg', 'b/a.jpg', 'b/c/a.jpg'], ['a.png']],
  ['**/a.jpg', ['a.jpg', 'b/a.jpg', 'b/c/a.jpg'], ['ba.jpg', 'b/ba.jpg', 'a.jpg/b']],
  [
    'users/*/avatar.?pg',
    ['users/1/avatar.jpg', 'users//avatar.jpg'],
    ['users/1/2/avatar.jpg', 'users/1/avatar./pg'],
  ],
  ['users/**/a', ['users/a', 'users/1/a', 'users/1/2/a'], ['users/1', 'usersa']],
  ['?', ['a', '目', '😀'], ['', '/', 'ab']],
  ['a+(b)[c]{d}$^.\\|', ['a+(b)[c]{d}$^.\\|'], ['aab', 'a+(b)c']],
  ['**', ['', 'a', 'a/b', '/'], []],
])('%s', (glob, those, others) => {
  expect(those.filter((text) => !matchesGlob(glob, text))).toEqual([]);
  expect(others.filter((text) => matchesGlob(glob, text))).toEqual([]);
});

test('an object key that was made to be slow is not', () => {
  expect(matchesGlob('**a'.repeat(300), `${'a'.repeat(1_022)}b`)).toBe(false);
  expect(matchesGlob('*a'.repeat(300), 'a'.repeat(1_023))).toBe(true);
});
