import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type QueryValue, writePath, writeQuery } from './query.js';

test('writes values of every kind', () => {
  const query = writeQuery({
    status: ['ready', 'failed'],
    vars: { user_id: 'a&b=c' },
    labels: { album: '17' },
    tag: ['garden', 'a, b'],
    createdAfter: '2026-01-15T09:30:00Z',
    limit: 5,
    dryRun: false,
    bucket: undefined,
    cursor: null,
  });
  expect(query).toBe(
    '?status=ready%2Cfailed&var.user_id=a%26b%3Dc&label.album=17&tag=garden&tag=a%2C+b&createdAfter=2026-01-15T09%3A30%3A00Z&limit=5&dryRun=false',
  );
  expect(writeQuery({})).toBe('');
});

interface Parameter {
  name: string;
  in: string;
  description?: string;
  explode?: boolean;
  schema: { type?: string; anyOf?: { type: string }[] };
}
const { paths } = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as {
  paths: Record<string, Record<string, { parameters?: Parameter[] }>>;
};
const parameters = Object.values(paths)
  .flatMap((methods) => Object.values(methods).flatMap(({ parameters: given = [] }) => given))
  .filter((parameter) => parameter.in === 'query');

test('writes every list and record as the API documents it', () => {
  const written = (name: string, value: QueryValue) => writeQuery({ [name]: value });
  let seen = 0;
  for (const { name, description, explode, schema } of parameters) {
    const isList = schema.type === 'array' || schema.anyOf?.some(({ type }) => type === 'array');
    if (!isList && schema.type !== 'object') continue;
    seen += 1;
    if (isList)
      expect(written(name, ['a', 'b'])).toBe(explode === false ? `?${name}=a%2Cb` : `?${name}=a&${name}=b`);
    else expect(`${written(name, { a: 'b' })} ${description}`).toMatch(/^\?(\w+)\.a=b \1\.<name>=<value>/);
  }
  expect(seen).toBeGreaterThan(8);
});

test('escapes what stands in a path', () => {
  expect(writePath('/v1/uploads/{id}/cancel', { id: 'a/b?c#d' })).toBe('/v1/uploads/a%2Fb%3Fc%23d/cancel');
});

test.each(['', '.', '..', undefined])('refuses %j in a path', (id) => {
  expect(() => writePath('/v1/uploads/{id}', { id } as Record<string, string>)).toThrow(TypeError);
});
