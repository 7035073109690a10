import { createSecureContext, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { encodeCallback, useReceiver } from '../fixtures/callback-receiver.fixture.js';
import { useEmulator } from '../fixtures/emulator.fixture.js';
import { elementOf, sendSigned } from '../fixtures/requests.fixture.js';
import { testCertificate } from '../fixtures/test-certificate.fixture.js';

const emulator = useEmulator({ callbackTimeoutMs: 2000 });
const plain = useReceiver();
const secure = useReceiver(testCertificate);
/** Has no certificate for who names nobody. */
const named = useReceiver({ SNICallback: (_, done) => done(null, createSecureContext(testCertificate)) });
const authorities = getCACertificates('default');
beforeEach(() => setDefaultCACertificates([...authorities, testCertificate.cert]));
afterAll(() => setDefaultCACertificates(authorities));

async function put(callbackUrl: string, more: Record<string, unknown> = {}) {
  const callback = encodeCallback({ callbackUrl, callbackBody: 'a=${object}', ...more });
  const headers = { 'x-oss-callback': callback };
  const answer = await sendSigned(emulator.url, { method: 'PUT', key: 'k', body: 'x', headers });
  return [answer.status, elementOf(answer.text, 'Message')];
}
const failed = [203, 'Error status : 502.'];
const succeeded = [200, undefined];

describe('a callback over https', () => {
  test('names no server, unless it is told to', async () => {
    expect(await put(`${secure.url}/cb?a=1`)).toEqual(succeeded);
    expect(await put(secure.url, { callbackHost: 'cb.example.com' })).toEqual(succeeded);
    expect(secure.calls.map(({ target, headers, serverName }) => [target, headers.host, serverName])).toEqual(
      [
        ['/cb?a=1', `127.0.0.1:${secure.port}`, undefined],
        ['/', 'cb.example.com', undefined],
      ],
    );
  });

  test('with callbackSNI names the server of the Host header', async () => {
    const more = { callbackSNI: true, callbackHost: 'cb.example.com' };
    expect(await put(secure.url, more)).toEqual(succeeded);
    // TLS knows no addresses as names.
    expect(await put(secure.url, { callbackSNI: true })).toEqual(succeeded);
    expect(secure.calls.map(({ serverName }) => serverName)).toEqual(['cb.example.com', undefined]);
  });

  test('to a server that must be named fails without callbackSNI', async () => {
    const callbackHost = 'cb.example.com';
    expect(await put(named.url, { callbackHost })).toEqual(failed);
    expect(await put(named.url, { callbackHost, callbackSNI: false })).toEqual(failed);
    expect(await put(named.url, { callbackHost, callbackSNI: true })).toEqual(succeeded);
    expect(named.calls).toHaveLength(1);
  });

  test('fails where nobody vouches for the certificate', async () => {
    setDefaultCACertificates(authorities);
    expect(await put(secure.url)).toEqual(failed);
    expect(secure.calls).toEqual([]);
  });

  test('fails where the certificate is for another name', async () => {
    expect(await put(`https://localhost:${secure.port}/`)).toEqual(failed);
    expect(await put(secure.url, { callbackSNI: true, callbackHost: 'other.example' })).toEqual(failed);
    expect(secure.calls).toEqual([]);
  });

  test('fails where the server speaks http, and the other way round', async () => {
    expect(await put(`https://127.0.0.1:${plain.port}/`)).toEqual(failed);
    expect(await put(`http://127.0.0.1:${secure.port}/`)).toEqual(failed);
  });

  test('goes on to the next URL', async () => {
    expect(await put(`https://127.0.0.1:${plain.port}/;${secure.url}/2`)).toEqual(succeeded);
    expect(secure.calls.map(({ target }) => target)).toEqual(['/2']);
  });
});
