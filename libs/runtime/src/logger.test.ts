import { createLogger } from '#runtime';
import { expect, test } from 'vitest';

test('what a query that failed was given is in no line of the log', () => {
  const lines: string[] = [];
  const logger = createLogger('test', 'info', { destination: { write: (line) => void lines.push(line) } });
  const parameters = ['whsec_hidden'];
  const driverError = Object.assign(new Error('value too long'), { parameters });
  const failed = Object.assign(new Error('value too long'), {
    code: '22001',
    query: 'INSERT INTO webhooks (secret) VALUES ($1)',
    parameters,
    driverError,
  });
  logger.error({ err: failed }, 'request failed');
  expect(lines.join('')).not.toContain('hidden');
  expect(JSON.parse(lines.join(''))).toMatchObject({
    err: { message: 'value too long', code: '22001', query: failed.query, stack: expect.any(String) },
  });
});
