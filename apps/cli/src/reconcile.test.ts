import { expect, test } from 'vitest';
import { readRequest } from './reconcile.js';

const now = new Date('2026-11-29T12:00:00Z');

test('times are ages, days or instants', () => {
  const sinceOf = (text: string) => readRequest({ since: text }, now).since?.toISOString();
  expect(sinceOf('30s')).toBe('2026-11-29T11:59:30.000Z');
  expect(sinceOf('90m')).toBe('2026-11-29T10:30:00.000Z');
  expect(sinceOf('12h')).toBe('2026-11-29T00:00:00.000Z');
  expect(sinceOf('7d')).toBe('2026-11-22T12:00:00.000Z');
  expect(sinceOf('2026-01-15')).toBe('2026-01-15T00:00:00.000Z');
  expect(sinceOf('2026-01-15T09:30:00+08:00')).toBe('2026-01-15T01:30:00.000Z');
});

test('without options the whole bucket is compared, but for what was just stored', () => {
  expect(readRequest({}, now)).toMatchObject({
    bucket: undefined,
    prefix: '',
    since: null,
    until: new Date('2026-11-29T11:59:50Z'),
    inventory: null,
    isDryRun: false,
    remakes: false,
    removesOrphans: false,
  });
});

test.each(['yesterday', '7', '7w', '2026-13-45', '-1d'])('%s is no time', (text) => {
  expect(() => readRequest({ since: text }, now)).toThrow(
    expect.objectContaining({ code: 'request.invalid' }),
  );
});

test('a report is of one bucket', () => {
  expect(() => readRequest({ inventory: 'oss://reports/daily/' }, now)).toThrow('--bucket');
  expect(readRequest({ bucket: 'photos', inventory: 'oss://reports/' }, now).inventory).toBe(
    'oss://reports/',
  );
});
