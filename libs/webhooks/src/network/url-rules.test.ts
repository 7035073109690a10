import { describe, expect, test } from 'vitest';
import { checkUrl, urlRulesOf } from './url-rules.js';

const rules = urlRulesOf({ allow: ['localhost', '10.1.0.0/16', '::1'], ports: [443, 8443] });

describe('checkUrl', () => {
  test.each([
    'https://example.com/hooks?token=1',
    'https://example.com:8443/',
    'https://1.1.1.1/',
    'https://[2606:4700:4700::1111]/',
    'http://localhost:4000/hook',
    'https://localhost:4000/hook',
    'http://10.1.2.3:8080/',
    'http://[::1]:4000/',
  ])('%s may be a webhook', (url) => expect(checkUrl(url, rules).href).toBe(url));

  test.each([
    ['', 'not a URL'],
    ['example.com', 'not a URL'],
    ['https://', 'not a URL'],
    ['ftp://example.com/', 'https://'],
    ['file:///etc/passwd', 'https://'],
    ['http://example.com/', 'https://'],
    ['https://user@example.com/', 'user name'],
    ['https://:secret@example.com/', 'password'],
    ['https://example.com/#part', 'fragment'],
    ['https://example.com:22/', 'WEBHOOKS_PORTS: 443, 8443'],
    ['https://example.com:80/', 'WEBHOOKS_PORTS'],
    ['https://example.com:0/', 'port 0'],
    ['http://localhost:0/', 'port 0'],
    ['https://127.0.0.1/', 'not public'],
    ['https://2130706433/', 'not public'],
    ['https://0x7f000001/', 'not public'],
    ['https://0177.0.0.1/', 'not public'],
    ['https://127.1/', 'not public'],
    ['https://0/', 'not public'],
    ['https://①②⑦.0.0.1/', 'not public'],
    ['https://169.254.169.254/latest/meta-data/', 'not public'],
    ['https://100.100.100.200/latest/meta-data/', 'not public'],
    ['https://10.2.0.1/', 'not public'],
    ['https://[::ffff:127.0.0.1]/', 'not public'],
    ['https://[64:ff9b::7f00:1]/', 'not public'],
    ['https://[fe80::1]/', 'not public'],
    ['https://[fe80::1%25eth0]/', 'not a URL'],
  ])('%s may not', (url, reason) => {
    expect(() => checkUrl(url, rules)).toThrow(reason);
    expect(() => checkUrl(url, rules)).toThrow(expect.objectContaining({ code: 'webhook.url_forbidden' }));
  });
});
