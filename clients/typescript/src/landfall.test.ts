import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Landfall, type LandfallOptions } from './landfall.js';
import { operations } from './operations.js';

describe('new Landfall', () => {
  test.each([
    ['no key', { baseUrl: 'http://localhost' }],
    ['an empty key', { baseUrl: 'http://localhost', apiKey: '' }],
    ['a key and a token', { baseUrl: 'http://localhost', apiKey: 'a', token: 'b' }],
    ['no URL', { baseUrl: '', apiKey: 'a' }],
    ['a URL without a scheme', { baseUrl: 'localhost:3000', apiKey: 'a' }],
    ['a file', { baseUrl: 'file:///etc', apiKey: 'a' }],
  ])('refuses %s', (_, options) => {
    expect(() => new Landfall(options as LandfallOptions)).toThrow(TypeError);
  });

  test('keeps the path of a base URL, and calls the fetch that it is given', async () => {
    const asked: string[] = [];
    const client = new Landfall({
      baseUrl: 'https://example.com/media/',
      apiKey: 'a',
      fetch: (url) => {
        asked.push(String(url));
        return Promise.resolve(new Response('{"id": "a"}'));
      },
    });
    expect(await client.uploads.get('a')).toEqual({ id: 'a' });
    expect(asked).toEqual(['https://example.com/media/v1/uploads/a']);
  });
});

/** What is not for those who write programs against the API: OSS, players, operators. */
const others = /^\/(callbacks|events|health|v1\/streams)\b/;
const { paths } = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as {
  paths: Record<string, Record<string, { operationId: string; parameters?: { name: string }[] }>>;
};
const documented = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { operationId, parameters = [] }]) => ({
    operationId,
    method: method.toUpperCase(),
    path,
    takesKey: parameters.some(({ name }) => name.toLowerCase() === 'idempotency-key'),
  })),
);

test('every operation of the API is there, with its method, path and key', () => {
  const expected = documented
    .filter(({ path, operationId }) => !others.test(path) && operationId !== 'streamEvents')
    .map(({ operationId, method, path, takesKey }) => [operationId, method, path, takesKey]);
  const ours = Object.entries(operations).map(([name, { method, path, takesKey }]) => [
    name,
    method,
    path,
    takesKey,
  ]);
  expect(ours.toSorted()).toEqual(expected.toSorted());
});
