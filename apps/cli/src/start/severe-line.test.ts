import { expect, test } from 'vitest';
import { readSevereLine } from './severe-line.js';

test('tells of errors, with what caused them', () => {
  expect(readSevereLine('{"level":50,"msg":"relay failed","err":{"message":"no database"}}')).toBe(
    'relay failed: no database',
  );
  expect(readSevereLine('{"level":60,"msg":"out of memory"}')).toBe('out of memory');
});

test.each(['{"level":40,"msg":"slow"}', '{"level":50', 'plain text', '', 'null', '{}'])(
  'leaves %s in the log',
  (line) => {
    expect(readSevereLine(line)).toBeUndefined();
  },
);
