import { developmentSecrets, newId } from '#runtime';
import { type AppProcess, eventually, startApp } from '#testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../acceptance/fixtures/command.fixture.js';
import { apiEnv } from './api-env.fixture.js';
import {
  type DeliveryHouse,
  isVerified,
  newUploads,
  type Receiver,
  startDeliveryHouse,
  startReceiver,
} from './webhooks.fixture.js';

describe('landfall webhooks', () => {
  let house: DeliveryHouse;
  let api: AppProcess;
  let server: Receiver;
  let status = 204;
  beforeAll(async () => {
    house = await startDeliveryHouse();
    server = await startReceiver((_, response) => response.writeHead(status).end());
    api = await startApp('api', { ...apiEnv(house.database.url), WEBHOOKS_ALLOW: '127.0.0.1' });
    house.startDeliverer({ WEBHOOKS_RETRY_S: '3600' });
  });
  afterAll(async () => {
    await api.end();
    await house[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const webhooks = (...words: string[]) =>
    runCommand(['webhooks', ...words], {
      LANDFALL_API_URL: api.url,
      LANDFALL_API_KEY: developmentSecrets.apiKey,
    });
  /** Of a command that succeeds: what it prints as JSON, line by line. */
  const read = async (...words: string[]) => {
    const { code, output, complaints } = await webhooks(...words, '--json');
    expect([words, code, complaints]).toEqual([words, 0, '']);
    return output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  const arrived = (id: string, times: number) =>
    eventually(() => {
      const all = server.received.filter((one) => one.id === id);
      return all.length === times ? all : undefined;
    });

  test('create, list, get, update and delete a webhook', async () => {
    const quiet = ['--url', server.url, '--type', 'upload.deleted'];
    const shown = await webhooks('create', ...quiet);
    expect(shown).toMatchObject({ code: 0, complaints: expect.stringContaining('shown only once') });
    expect(shown.output).toMatch(/^secret +whsec_/m);
    const [asymmetric] = await read('create', ...quiet, '--signature', 'ed25519');
    expect(asymmetric).toMatchObject({
      secret: null,
      signatures: [{ kind: 'ed25519', publicKey: expect.stringMatching(/^whpk_/) }],
    });
    const words = ['--type', 'upload.ready', '--type', 'upload.failed', '--description', 'mine', '--ordered'];
    const [made] = await read('create', '--url', server.url, ...words);
    const id = String(made?.['id']);
    expect(made).toMatchObject({ types: ['upload.ready', 'upload.failed'], ordered: true, enabled: true });
    expect(made?.['secret']).toMatch(/^whsec_/);

    expect((await read('list')).map((one) => one['id'])).toContain(id);
    expect((await webhooks('list')).output).toMatch(
      new RegExp(`^ID +STATE +TYPES +URL\n${id} +enabled +upload.ready,upload.failed +http`),
    );
    const got = await webhooks('get', id);
    expect(got).toMatchObject({ code: 0, complaints: '' });
    expect(got.output).toMatch(/^description +mine$[^]*^state +enabled$/m);
    expect(got.output).not.toContain('whsec_');

    const changed = await webhooks('update', id, '--description', 'ours', '--disable');
    expect(changed.output).toMatch(/^description +ours$[^]*^state +disabled/m);
    expect(await read('update', id, '--enable', '--type', 'upload.ignored')).toMatchObject([
      { id, enabled: true, types: ['upload.ignored'], description: 'ours' },
    ]);

    expect(await webhooks('delete', id)).toEqual({ code: 0, output: '', complaints: '' });
    expect(await webhooks('get', id)).toMatchObject({
      code: 1,
      output: '',
      complaints: expect.stringContaining('webhook.not_found'),
    });
  });

  test('test, deliveries, replay and rotate', async () => {
    const [made] = await read('create', '--url', server.url, '--type', 'upload.ignored');
    const id = String(made?.['id']);
    const [tried] = await read('test', id);
    expect(tried).toMatchObject({ type: 'webhook.test', state: 'delivered', lastAttempt: { status: 204 } });
    status = 500;
    const refused = await webhooks('test', id);
    expect(refused).toMatchObject({ code: 1, complaints: '' });
    expect(refused.output).toMatch(/^state +pending$/m);
    status = 204;

    const [event = ''] = await house.record(newUploads(1), 'upload.ignored');
    await arrived(event, 1);
    const delivered = () => read('deliveries', id, '--state', 'delivered', '--limit', '1');
    const [first] = await eventually(async () => {
      const found = await delivered();
      return found[0]?.['eventId'] === event ? found : undefined;
    });
    expect(first).toMatchObject({ type: 'upload.ignored', attempts: 1 });
    const table = await webhooks('deliveries', id, '--state', 'pending');
    expect(table.output).toMatch(/^EVENT +TYPE +STATE [^]*webhook\.test +pending +1 +delivery\.refused +20/);

    expect(await webhooks('replay', id, '--event', event)).toMatchObject({
      code: 0,
      output: 'Events to be sent again: 1\n',
    });
    await arrived(event, 2);
    await eventually(async () => ((await delivered())[0]?.['eventId'] === event ? true : undefined));
    const [rotated] = await read('rotate', id, '--keep', '0');
    const range = ['--since', '2026-01-01T00:00:00Z', '--state', 'delivered'];
    expect(await read('replay', id, ...range)).toEqual([{ replayed: 1 }]);
    const [, , last] = await arrived(event, 3);
    const believed = [made, rotated].map((one) => last && isVerified(last, String(one?.['secret'])));
    expect(believed).toEqual([false, true]);
  });

  const unknown = newId();
  test.each<[string, string[], number, RegExp]>([
    ['no URL', ['create'], 2, /--url/],
    ['a URL that none may call', ['create', '--url', 'http://169.254.169.254/'], 1, /webhook\.url_forbidden/],
    ['a type that is none', ['create', '--url', 'https://a.example', '--type', 'x'], 1, /request\.invalid/],
    ['an id that is none', ['get', 'x'], 1, /request\.invalid/],
    ['a webhook that is none', ['update', unknown, '--enable'], 1, /webhook\.not_found/],
    ['a webhook that is none', ['test', unknown], 1, /webhook\.not_found/],
    ['a webhook that is none', ['delete', unknown], 1, /webhook\.not_found/],
    ['a webhook that is none', ['rotate', unknown], 1, /webhook\.not_found/],
    ['a delivery that is none', ['replay', unknown, '--event', unknown], 1, /not_found/],
    ['a state that is none', ['deliveries', unknown, '--state', 'lost'], 2, /Allowed choices are pending/],
    ['a count that is none', ['deliveries', unknown, '--limit', 'all'], 2, /whole number/],
    ['nothing to replay', ['replay', unknown], 2, /--event or --since is missing/],
    ['two things to replay', ['replay', unknown, '--event', unknown, '--since', 'x'], 2, /cannot be used/],
    ['a time that is none', ['replay', unknown, '--since', 'soon'], 1, /request\.invalid/],
  ])('%s: %j is refused', async (...[, words, code, problem]) => {
    const result = await webhooks(...words);
    expect(result).toMatchObject({ code, output: '', complaints: expect.stringMatching(problem) });
    expect(result.complaints).not.toMatch(/^ +at /m);
  });
});
