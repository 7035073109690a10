import { beforeAll, expect, test } from 'vitest';
import { encodeCallback as encode, useReceiver } from '../fixtures/callback-receiver.fixture.js';
import { useEmulator } from '../fixtures/emulator.fixture.js';
import { elementOf, sendForm, sendSigned } from '../fixtures/requests.fixture.js';

const emulator = useEmulator();
const receiver = useReceiver();
const named = encode({ callbackPolicy: 'tell' });

beforeAll(async () => {
  const callback = encode({
    callbackUrl: `${receiver.url}/policy`,
    callbackBody: 'key=${object}&who=${x:who}',
  });
  const body = `<BucketCallbackPolicy><PolicyItem><PolicyName>tell</PolicyName><Callback>${callback}</Callback><CallbackVar>${encode({ 'x:who': 'policy' })}</CallbackVar></PolicyItem></BucketCallbackPolicy>`;
  const query = { policy: '', comp: 'callback' };
  await sendSigned(emulator.url, { method: 'PUT', query, body });
  const acl = { 'x-oss-acl': 'public-read-write' };
  await sendSigned(emulator.url, { method: 'PUT', query: { acl: '' }, headers: acl });
});

const put = (headers: Record<string, string>) =>
  sendSigned(emulator.url, { method: 'PUT', key: 'k', body: 'x', headers });
const calls = () => receiver.calls.map(({ target, body }) => `${target} ${body.toString()}`);

test('an upload that names a callback policy has its callback', async () => {
  expect((await put({ 'x-oss-callback': named })).text).toBe('{"Status":"OK"}');
  expect(calls()).toEqual(['/policy key=k&who=policy']);
});

test('variables of the request come before those of the policy', async () => {
  await put({ 'x-oss-callback': named, 'x-oss-callback-var': encode({ 'x:who': 'client' }) });
  expect(calls()).toEqual(['/policy key=k&who=client']);
});

test('a form may name one too', async () => {
  await sendForm(emulator.url, Object.entries({ key: 'posted', callback: named }));
  expect(calls()).toEqual(['/policy key=posted&who=policy']);
  await sendForm(emulator.url, Object.entries({ key: 'posted', callback: named, 'x:who': 'form' }));
  expect(calls().at(-1)).toBe('/policy key=posted&who=form');
});

test('a policy that there is not is refused before anything is stored', async () => {
  const callback = encode({ callbackPolicy: 'missing' });
  const { status, text } = await sendSigned(emulator.url, {
    method: 'PUT',
    key: 'not-stored',
    body: 'x',
    headers: { 'x-oss-callback': callback },
  });
  expect([status, elementOf(text, 'ArgumentValue')]).toEqual([400, 'missing']);
  expect((await sendSigned(emulator.url, { method: 'HEAD', key: 'not-stored' })).status).toBe(404);
});
