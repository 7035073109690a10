import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, developmentSecrets } from '#runtime';
import { type AppProcess, startApp, testDatabase, type TestDatabase } from '#testing';
import { type Landing, UploadRegistry } from '#uploads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiEnv } from '../integration/api-env.fixture.js';
import { because, installOnce, missingPrograms, runForOutput, runStep } from '../sdks/program.fixture.js';

const missing = await missingPrograms('python3');
const registrySettings = { batchMax: 100, waitingMax: 1_000, commitTimeoutMs: 5_000, sweepAfterMs: 60_000 };

/** What must hold of every answer, whatever is sent. */
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'ignored_auth',
];

describe.skipIf(missing)(`schemathesis${because(missing)}`, () => {
  let database: TestDatabase;
  let api: AppProcess;
  let program = '';
  let folder = '';
  const ids: string[] = [];

  beforeAll(async () => {
    const requirements = join(import.meta.dirname, 'requirements.txt');
    const home = await installOnce({
      name: 'schemathesis',
      pinnedBy: [requirements],
      install: async (place) => {
        await runStep('python3', ['-m', 'venv', place]);
        await runStep(join(place, 'bin/pip'), ['install', '--no-input', '-r', requirements]);
      },
    });
    program = join(home, 'bin/schemathesis');
    folder = await mkdtemp(join(tmpdir(), 'landfall-schemathesis-'));
    database = await testDatabase();
    const registry = new UploadRegistry(database.pool, registrySettings, createLogger('test', 'silent'));
    for (let index = 0; index < 5; index += 1) ids.push((await registry.register(landingOf(index))).id);
    await registry.close();
    api = await startApp('api', apiEnv(database.url));
  });
  afterAll(async () => {
    await api.end();
    await rm(folder, { recursive: true });
    await database[Symbol.asyncDispose]();
  });

  /** @param parameters values that are not left to chance */
  const schemathesis = async (parameters: Record<string, string | number>) => {
    // Who waits for events waits longer than schemathesis does for an answer.
    const given = Object.entries({ 'query.wait': 0, ...parameters });
    const lines = given.map(([name, value]) => `${JSON.stringify(name)} = ${JSON.stringify(value)}`);
    const settings = join(folder, 'schemathesis.toml');
    // A body that is too large is refused as such, before anybody looks at what is in it.
    const refusals = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429, '5xx'].map(
      (status) => `"${status}"`,
    );
    const rejection = ['[checks.negative_data_rejection]', `expected-statuses = [${refusals.join(', ')}]`];
    await writeFile(settings, ['[parameters]', ...lines, ...rejection, ''].join('\n'));
    const { stdout } = await runForOutput(
      program,
      [
        '--config-file',
        settings,
        'run',
        'docs/openapi.json',
        // Its answer has no end.
        '--exclude-operation-id',
        'streamEvents',
        '--url',
        api.url,
        '--header',
        `Authorization: Bearer ${developmentSecrets.apiKey}`,
        '--checks',
        checks.join(),
        '--phases',
        'examples,coverage,fuzzing',
        '--max-examples',
        '25',
        '--seed',
        '15',
        '--no-color',
      ],
      {},
    );
    return stdout;
  };

  // It ends with an exit code that is not 0, and so fails the test, where it finds anything.
  test('finds no answer that docs/openapi.json does not describe, and none of 5xx', async () => {
    expect(await schemathesis({})).toMatch(/(\d{3,}) generated, \1 passed/);
  });

  test('finds none of an upload that is there', async () => {
    const [id = ''] = ids;
    expect(await schemathesis({ 'path.id': id, 'path.uploadId': id })).toMatch(
      /(\d{3,}) generated, \1 passed/,
    );
  });
});

function landingOf(index: number): Landing {
  return {
    bucket: 'landfall',
    objectKey: `${index}.jpg`,
    etag: 'D41D8CD98F00B204E9800998ECF8427E',
    sizeBytes: index,
    mimeType: null,
    imageInfo: null,
    vars: {},
    claimedVars: null,
    source: 'callback',
    proof: 'url',
    ticketId: null,
    requestId: null,
  };
}
