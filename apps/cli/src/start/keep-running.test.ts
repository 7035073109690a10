import { expect, test } from 'vitest';
import { keepRunning, type Life } from './keep-running.js';

const ended = (how: string) => Promise.resolve(how);

test('a part that cannot be started again is tried once more, and its reason is told', async () => {
  const stopping = new AbortController();
  const lines: string[] = [];
  const lives: (() => Life)[] = [
    () => ({ ready: Promise.reject(new Error('the port is taken')), ended: ended('the port is taken') }),
    () => ({ ready: Promise.resolve(), ended: new Promise(() => undefined) }),
  ];
  const again = new Promise<void>((resolve) => {
    const tell = (line: string) => {
      lines.push(line);
      if (line.endsWith('is ready again')) resolve();
    };
    const launch = () => lives.shift()?.() ?? { ready: ended(''), ended: ended('') };
    const part = { name: 'postgres', logFile: 'postgres.log', tell, launch };
    void keepRunning(part, { ready: ended(''), ended: ended('killed') }, stopping.signal);
  });
  await again;
  stopping.abort();
  expect(lines).toEqual([
    'postgres ended (killed); restarting in 1 s; see postgres.log',
    'postgres ended (the port is taken); restarting in 2 s; see postgres.log',
    'postgres is ready again',
  ]);
});
