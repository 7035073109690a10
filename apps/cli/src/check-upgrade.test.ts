import { expect, test } from 'vitest';
import { describeUpgrade } from './check-upgrade.js';

const nothing = { unknown: [], pending: [], oldTransactions: [] };

test('a database that is up to date locks nothing', () => {
  expect(describeUpgrade(nothing)).toEqual([
    'The database is up to date: an upgrade to this release locks nothing.',
  ]);
});

test('each migration says what it locks, who waits and for how long, and what going back loses', () => {
  const size = { sizeBytes: 3_000_000_000, rows: 5_000_000 };
  const lines = describeUpgrade({
    ...nothing,
    pending: [
      {
        name: 'AddWords1',
        locks: [
          { table: 'uploads', mode: 'ACCESS EXCLUSIVE', lasts: 'moment', ...size },
          { table: 'uploads', mode: 'SHARE UPDATE EXCLUSIVE', lasts: 'scan', ...size },
          { table: 'tickets', mode: 'SHARE UPDATE EXCLUSIVE', lasts: 'scan', sizeBytes: 8_192, rows: null },
        ],
        revertLoses: 'words',
      },
      { name: 'AddTable2', locks: [], revertLoses: null },
      { name: 'OfOld3', locks: null, revertLoses: null },
    ],
    oldTransactions: [{ pid: 42, application: '', ageS: 700 }],
  });
  expect(lines).toEqual([
    'Migrations to run, in this order: 3. Both releases may run meanwhile.',
    '',
    'AddWords1',
    '  uploads (3000 MB, 5,000,000 rows): ACCESS EXCLUSIVE, blocks reads and writes, for a moment; each attempt waits at most a second for the lock, then lets queries pass',
    '  uploads (3000 MB, 5,000,000 rows): SHARE UPDATE EXCLUSIVE, blocks neither reads nor writes, for about 2 min',
    '  tickets (0 MB): SHARE UPDATE EXCLUSIVE, blocks neither reads nor writes, for less than a second',
    '  to revert: landfall migrate --back, which loses words',
    '',
    'AddTable2',
    '  locks no existing table',
    '  to revert: landfall migrate --back, which loses nothing',
    '',
    'OfOld3',
    '  Its locks are not declared. Run it on a copy of the database first.',
    '',
    'warning: a transaction of an unnamed program (process 42) has been open for about 12 min; migrations may wait for it',
  ]);
});

test('a database of a newer release is told apart, with what would have to be reverted', () => {
  const [first, second] = describeUpgrade({ ...nothing, unknown: ['OfTomorrow1'] });
  expect(first).toContain('OfTomorrow1');
  expect(second).toContain('landfall migrate --back');
});
