import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { isJobName, jobCatalog, jobIdOf, priorityOf } from './job-catalog.js';

/** What a value of a field may be. */
interface Field {
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string;
  readonly minimum?: number;
}

/** Which payloads of a job a release can read; it passes over what it does not know. */
interface Reads {
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, Field>>;
}

/** What each release wrote into queues, and could read from them. A release that changes payloads is added behind the others. */
const releases = JSON.parse(
  readFileSync(new URL('released-payloads.fixture.json', import.meta.url), 'utf8'),
) as {
  release: string;
  written: { name: string; payload: unknown; id: string; priority: number }[];
  read: Record<string, Reads>;
}[];

const written = releases.flatMap(({ release, written }) => written.map((job) => ({ ...job, release })));

test.each(written)(
  '$name of $release is read, and is the same work: $id',
  ({ name, payload, id, priority }) => {
    if (!isJobName(name)) throw new Error(`a queue may hold ${name}, and nobody takes it`);
    const parsed = jobCatalog[name].payload.parse(payload);
    expect(parsed).toEqual(payload);
    expect([jobIdOf(name, parsed as never), priorityOf(name, parsed as never)]).toEqual([id, priority]);
  },
);

/** What of that which is written now a release that reads like this would refuse. */
function findUnreadable(writes: Reads, reads: Reads): string[] {
  const missing = reads.required.filter((name) => !writes.required.includes(name));
  const refused = Object.entries(reads.properties).filter(([name, read]) => {
    const write = writes.properties[name];
    return write && !isWithin(write, read);
  });
  return [
    ...missing.map((name) => `${name} may be missing`),
    ...refused.map(([name]) => `${name} may differ`),
  ];
}

function isWithin(write: Field, read: Field): boolean {
  const values = write.enum ?? (write.const === undefined ? undefined : [write.const]);
  const allowed = read.enum ?? (read.const === undefined ? undefined : [read.const]);
  if (allowed) return values?.every((value) => allowed.includes(value)) ?? false;
  return write.type === read.type && (write.minimum ?? -Infinity) >= (read.minimum ?? -Infinity);
}

test('what is queued now is read by the workers of the last release, but for jobs that it does not know', () => {
  const last = releases.at(-1)?.read ?? {};
  const unreadable = Object.entries(jobCatalog).flatMap(([name, { payload }]) => {
    const reads = last[name];
    const writes = z.toJSONSchema(payload, { io: 'input' }) as unknown as Reads;
    return reads ? findUnreadable(writes, reads).map((what) => `${name}: ${what}`) : [];
  });
  expect(unreadable).toEqual([]);
  expect(Object.keys(last).filter((name) => isJobName(name))).not.toEqual([]);
});

test.each<[what: string, change: Partial<Reads>, found: string[]]>([
  ['a field that may be missing', { required: ['v'] }, ['uploadId may be missing']],
  ['another version', { properties: { v: { const: 2 } } }, ['v may differ']],
  ['a new word', { properties: { urgency: { enum: ['again', 'soon'] } } }, ['urgency may differ']],
  ['a lower bound', { properties: { position: { type: 'integer', minimum: -1 } } }, ['position may differ']],
  ['another type', { properties: { uploadId: { type: 'integer' } } }, ['uploadId may differ']],
  ['nothing in fewer words', { properties: { urgency: { enum: ['again'] } } }, []],
  ['nothing in a field of its own', { properties: { more: { type: 'string' } } }, []],
])('%s is found', (_, change, found) => {
  const reads: Reads = {
    required: ['v', 'uploadId'],
    properties: {
      v: { const: 1 },
      uploadId: { type: 'string' },
      urgency: { enum: ['again', 'unproven'] },
      position: { type: 'integer', minimum: 0 },
    },
  };
  const writes = { ...reads, ...change, properties: { ...reads.properties, ...change.properties } };
  expect(findUnreadable(writes, reads)).toEqual(found);
});
