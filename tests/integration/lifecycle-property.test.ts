import { lifecycles } from '#uploads';
import * as fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { LifecycleWalk, step, type Step } from './lifecycle-walk.fixture.js';
import { useUploads } from './reprocess.fixture.js';

const uploads = useUploads();
const tables = { upload: 'uploads', version: 'rendition_versions', chunk: 'chunks' } as const;
const empty = 'TRUNCATE uploads, outbox, events CASCADE';

/** A picture that landed and was planned: `small` and `fine` are pending. */
const planned: readonly Step[] = [
  { do: 'land', any: 1, isVouchedFor: true },
  { do: 'process', any: 0, file: 0 },
];
/** What walks at random seldom come to. */
const rare: readonly (readonly Step[])[] = [
  // Ready, then a rendition that is new in the file fails.
  [
    ...planned,
    { do: 'publish', any: 0 },
    { do: 'publish', any: 0 },
    { do: 'ask again', any: 0, file: 1 },
    { do: 'fail', any: 0, reason: 0 },
    { do: 'fail', any: 0, reason: 0 },
  ],
  // The same version landed twice, and the upload that holds it fails for another version.
  [
    ...planned,
    { do: 'land', any: 1, isVouchedFor: true },
    { do: 'process', any: 1, file: 0 },
    { do: 'fail', any: 0, reason: 1 },
    { do: 'fail', any: 0, reason: 1 },
  ],
  // Something is stored of a version when a newer one is ready.
  [...planned, { do: 'store', any: 0 }, { do: 'ask again', any: 0, file: 1 }, { do: 'publish', any: 2 }],
];

/** Has Postgres write down every change of state, whoever makes it: `upload: stored → processing`. */
beforeAll(async () => {
  const { source } = uploads.database;
  await source.query('CREATE TABLE seen (change text PRIMARY KEY)');
  await source.query(`
    CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP <> 'UPDATE' OR OLD.status <> NEW.status THEN
        INSERT INTO seen VALUES (TG_ARGV[0] || ': ' || CASE WHEN TG_OP = 'INSERT' THEN '–' ELSE OLD.status END || ' → ' ||
                                                       CASE WHEN TG_OP = 'DELETE' THEN '–' ELSE NEW.status END)
        ON CONFLICT DO NOTHING;
      END IF;
      RETURN NULL;
    END $$`);
  for (const [name, table] of Object.entries(tables))
    await source.query(
      `CREATE TRIGGER see AFTER INSERT OR UPDATE OR DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION see('${name}')`,
    );
});

test('any order of what may happen makes the changes of the lifecycle table, all of them and no other, and comes to an end', async () => {
  const { source } = uploads.database;
  const steps = fc.array(step, { minLength: 40, maxLength: 80, size: 'max' });
  const property = fc.asyncProperty(steps, async (all) => {
    await source.query(empty);
    const walk = new LifecycleWalk(uploads);
    for (const what of all) await walk.take(what);
    // Making what was planned last may have retired what was planned before it.
    for (let round = 0; round < 2; round += 1) await walk.finish();
    expect(await walk.wrongs()).toEqual([]);
  });
  await fc.assert(property, {
    numRuns: 60,
    seed: 12,
    examples: rare.map((steps): [Step[]] => [[...steps]]),
    endOnFailure: true,
  });

  const allowed = Object.entries(lifecycles).flatMap(([name, { transitions }]) =>
    transitions.map(({ from, to }) => `${name}: ${from ?? '–'} → ${to ?? '–'}`),
  );
  const seen = (await source.query('SELECT change FROM seen')) as { change: string }[];
  expect(seen.map(({ change }) => change).toSorted()).toEqual(allowed.toSorted());
});
