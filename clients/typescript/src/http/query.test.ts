import { expect, test } from 'vitest';
import { writePath, writeQuery } from './query.js';

test('writes values of every kind', () => {
  const query = writeQuery({
    status: ['ready', 'failed'],
    vars: { user_id: 'a&b=c' },
    createdAfter: '2026-01-15T09:30:00Z',
    limit: 5,
    dryRun: false,
    bucket: undefined,
    cursor: null,
  });
  expect(query).toBe(
    '?status=ready%2Cfailed&var.user_id=a%26b%3Dc&createdAfter=2026-01-15T09%3A30%3A00Z&limit=5&dryRun=false',
  );
  expect(writeQuery({})).toBe('');
});

test('escapes what stands in a path', () => {
  expect(writePath('/v1/uploads/{id}/cancel', { id: 'a/b?c#d' })).toBe('/v1/uploads/a%2Fb%3Fc%23d/cancel');
});

test.each(['', '.', '..', undefined])('refuses %j in a path', (id) => {
  expect(() => writePath('/v1/uploads/{id}', { id } as Record<string, string>)).toThrow(TypeError);
});
