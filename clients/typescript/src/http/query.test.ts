import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { writePath, writeQuery } from './query.js';

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
  const isA = (type: string, { schema }: Parameter) =>
    schema.type === type || (schema.anyOf?.some((one) => one.type === type) ?? false);
  const lists = parameters.filter((parameter) => isA('array', parameter));
  expect(lists.length).toBeGreaterThan(5);
  expect(lists.map(({ name }) => writeQuery({ [name]: ['a', 'b'] }))).toEqual(
    lists.map(({ name, explode }) => (explode === false ? `?${name}=a%2Cb` : `?${name}=a&${name}=b`)),
  );
  const records = parameters.filter((parameter) => isA('object', parameter));
  expect(records.length).toBeGreaterThan(3);
  expect(records.map(({ name }) => writeQuery({ [name]: { a: 'b' } }))).toEqual(
    records.map(({ description = '' }) => `?${description.split('.', 1)[0]}.a=b`),
  );
});

test('escapes what stands in a path', () => {
  expect(writePath('/v1/uploads/{id}/cancel', { id: 'a/b?c#d' })).toBe('/v1/uploads/a%2Fb%3Fc%23d/cancel');
});

test.each(['', '.', '..', undefined])('refuses %j in a path', (id) => {
  expect(() => writePath('/v1/uploads/{id}', { id } as Record<string, string>)).toThrow(TypeError);
});
