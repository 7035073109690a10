import { expect, test } from 'vitest';
import { readWords } from './read-words.js';

const options = { back: { type: 'boolean' }, name: { type: 'string', multiple: true } } as const;

test('gives options and other words', () => {
  const { values, positionals } = readWords('x', ['a', '--name=b', '--back', '--name', 'c'], options, {
    others: 1,
  });
  expect(values).toEqual({ back: true, name: ['b', 'c'] });
  expect(positionals).toEqual(['a']);
});

test.each([
  [['--bakc'], /Unknown option '--bakc'/],
  [['back'], /unexpected: back/],
  [['--back=1'], /does not take an argument/],
  [['--name'], /argument missing/],
])('tells how the command is called when given %j', (words, problem) => {
  const read = () => readWords('migrate [--back]', words, options);
  expect(read).toThrow(expect.objectContaining({ code: 'request.invalid' }));
  expect(read).toThrow(/usage: landfall migrate \[--back\]/);
  expect(read).toThrow(problem);
});
