import { describe, expect, test } from 'vitest';
import { masked, maskSecrets } from '#oss';

const mac = 'm4C_-'.repeat(9).slice(0, 43);
const nonce = `019bbd8e-7b00-7000-8000-000000000001.1768469400.${mac}`;
const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const traced = nonce.replace(mac, `${trace}.${mac}`);

describe('maskSecrets', () => {
  test.each([
    ['the nonce of a form', `bucket=b&x:ticket=${nonce}&size=1`, `bucket=b&x:ticket=${masked}&size=1`],
    ['an encoded name', `x%3Aticket=${nonce}`, `x%3Aticket=${masked}`],
    ['the secret of the callback URL', '/callbacks/oss/a-secret-of-ours?x=1', `/callbacks/oss/${masked}?x=1`],
    ['the secret of the URL of events', '/events/oss/a-secret-of-ours', `/events/oss/${masked}`],
    ['the nonce of JSON', `{"x:ticket": "${nonce}", "n": 1}`, `{"x:ticket": "${masked}", "n": 1}`],
    ['a nonce under another name', `object=${nonce}&n=1`, `object=${masked}&n=1`],
    ['a nonce that is cut off', `object=a&n=${nonce.slice(0, -30)}`, `object=a&n=${masked}`],
    ['an encoded nonce', `a=${nonce.replaceAll('.', '%2e')}`, `a=${masked}`],
    ['a nonce with a trace', `object=${traced}&n=1`, `object=${masked}&n=1`],
    ['an encoded nonce with a trace', `a=${traced.replaceAll('.', '%2E')}`, `a=${masked}`],
    ['a query', '/cb?access_key=k1&a=b', `/cb?access_key=${masked}&a=b`],
    ['a value with signs of its own', 'password=a?b=c d\u00a0e&f=1', `password=${masked}&f=1`],
    ['JSON numbers', '{"apiKey":12345}', `{"apiKey":"${masked}"}`],
    ['JSON with escapes', '{"secret":"a\\"b\\\\","c":"d"}', `{"secret":"${masked}","c":"d"}`],
    ['JSON that is cut off', '{"a":1,"token":"abc', `{"a":1,"token":"${masked}"`],
    ['JSON after a byte order mark', '\ufeff{"x:token":"a=b&c"}', `\ufeff{"x:token":"${masked}"}`],
    [
      'an error that shows a value',
      '"x:token" is "abc\\u0000"; it must be text',
      `"x:token" is "${masked}"; it must be text`,
    ],
  ])('hides %s', (_, text, safe) => {
    expect(maskSecrets(text)).toBe(safe);
    expect(maskSecrets(safe)).toBe(safe);
  });

  test.each([
    '',
    'bucket=b&object=a%2Fb&etag=D41D&x:author=me',
    '{"object":"a","size":1}',
    'x:token=&a=b',
    '/cb?a',
  ])('leaves alone what holds none: %s', (text) => {
    expect(maskSecrets(text)).toBe(text);
  });

  test('stays linear over what strangers send', () => {
    // Each would take minutes if a pattern ran back and forth.
    const patterns = ['token', '"', '"a', '\\', '&token', '"a"   ', '00000000-', '{"', '"\\'];
    for (const pattern of patterns) expect(maskSecrets(pattern.repeat(100_000)).length).toBeGreaterThan(0);
  });
});
