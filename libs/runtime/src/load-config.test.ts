import { describe, expect, test } from 'vitest';
import { developmentSecrets, LandfallError, loadConfig } from '#runtime';

describe('loadConfig', () => {
  test('gives the sections asked for, with defaults, frozen', () => {
    const config = loadConfig(['database', 'log'], {
      DATABASE_URL: 'postgres://u:p@localhost:5432/landfall',
    });
    expect(config.database.poolSize).toBe(10);
    expect(config.log.level).toBe('info');
    expect(Object.isFrozen(config.database)).toBe(true);
  });

  test('reports every problem at once with the name of the variable and what is wanted', () => {
    const load = () =>
      loadConfig(['database', 'http'], { DATABASE_URL: 'mysql://x', API_PORT: 'eighty', API_KEYS: 'short' });
    expect(load).toThrow(/DATABASE_URL.*\n.*API_PORT.*\n.*API_KEYS.*\n.*API_LINK_SECRET/s);
    expect(load).toThrow(LandfallError);
  });

  test('takes an empty variable as none', () => {
    expect(loadConfig(['log'], { LOG_LEVEL: '' }).log.level).toBe('info');
  });

  test.each([
    '*',
    'https://app.example.com/',
    'app.example.com',
    'https://*.example.com',
    'null',
    'HTTPS://a.b',
  ])('takes origins of pages exactly as browsers send them, and not %s', (text) => {
    const env = { API_KEYS: 'a-key-of-a-test', API_LINK_SECRET: 'x'.repeat(32) };
    const load = (origins: string) => loadConfig(['http'], { ...env, API_CORS_ORIGINS: origins });
    expect(load('https://a.example, http://localhost:5173').http.corsOrigins).toEqual([
      'https://a.example',
      'http://localhost:5173',
    ]);
    expect(() => load(`https://a.example,${text}`)).toThrow(/API_CORS_ORIGINS: must be origins/);
  });

  test('refuses secrets that are published with the source outside development', () => {
    const env = { API_KEYS: developmentSecrets.apiKey, API_LINK_SECRET: developmentSecrets.linkSecret };
    expect(() => loadConfig(['http'], env)).toThrow(/API_KEYS.*\n.*API_LINK_SECRET/s);
    expect(loadConfig(['http'], { ...env, LANDFALL_ENV: 'development' }).http.keys).toEqual([
      developmentSecrets.apiKey,
    ]);
  });
});
