import { loadConfig } from '#runtime';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { printCallbackUrl } from './callback-url.js';

let printed: string[] = [];
let said: string[] = [];
beforeEach(() => {
  [printed, said] = [[], []];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  vi.spyOn(console, 'error').mockImplementation((line: string) => void said.push(line));
});
afterEach(() => vi.restoreAllMocks());

test('makes a secret that the settings take, and another each time', async () => {
  for (let time = 0; time < 2; time += 1) expect(await printCallbackUrl({})).toBe(0);
  const secrets = printed.map((line) => /^CALLBACK_URL_SECRETS=(.+)$/.exec(line)?.[1] ?? '');
  expect(new Set(secrets).size).toBe(2);
  const { callback } = loadConfig(['callback'], { CALLBACK_URL_SECRETS: secrets.join() });
  expect(callback.urlSecrets).toEqual(secrets);
});

test('prints the URL of the first secret, and says when OSS cannot reach it', async () => {
  const env = {
    LANDFALL_ENV: 'development',
    CALLBACK_URL_SECRETS: 'the-newest-secret-of-the-url,an-older-secret-of-the-url',
  };
  await printCallbackUrl({ ...env, API_PUBLIC_URL: 'https://media.example.com/' });
  expect([printed, said]).toEqual([
    ['https://media.example.com/callbacks/oss/the-newest-secret-of-the-url'],
    [],
  ]);
  await printCallbackUrl(env);
  expect(said.join()).toContain('Neither CALLBACK_PUBLIC_URL nor API_PUBLIC_URL is set');
  await printCallbackUrl({ ...env, CALLBACK_PUBLIC_URL: 'https://oss.example.com/media/' });
  expect(printed.at(-1)).toBe('https://oss.example.com/media/callbacks/oss/the-newest-secret-of-the-url');
});

test('a secret that can be guessed is refused', async () => {
  await expect(printCallbackUrl({ CALLBACK_URL_SECRETS: 'short' })).rejects.toMatchObject({
    code: 'config.invalid',
  });
});
