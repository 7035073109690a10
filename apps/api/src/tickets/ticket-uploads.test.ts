import { checkPostConditions, verifyPostForm, verifyRequest } from '#oss';
import { loadConfig } from '#runtime';
import type { Ticket } from '#uploads';
import { describe, expect, test } from 'vitest';
import { encodeCallback } from './ticket-callback.js';
import { signForm, signPut } from './ticket-uploads.js';

const now = new Date('2026-01-15T08:30:00Z');
const settings = (env: Record<string, string> = {}) =>
  loadConfig(['oss'], {
    OSS_ENDPOINT: 'http://oss-cn-hangzhou-internal.aliyuncs.com',
    OSS_PUBLIC_ENDPOINT: 'https://oss-cn-hangzhou.aliyuncs.com',
    OSS_REGION: 'cn-hangzhou',
    OSS_BUCKETS: 'examplebucket',
    OSS_ACCESS_KEY_ID: 'STS.example',
    OSS_ACCESS_KEY_SECRET: 'not-a-secret',
    ...env,
  }).oss;
const ticket: Ticket = {
  id: '019bbd8e-7b00-7000-8000-000000000001',
  bucket: 'examplebucket',
  objectKey: 'uploads/5 $ 目录.jpg',
  contentTypes: ['image/jpeg', 'image/png'],
  maxBytes: '1000',
  vars: {},
  pipeline: null,
  overwrite: false,
  expiresAt: new Date('2026-01-15T09:30:00Z'),
  followUpAt: null,
  createdAt: now,
};
const variables = { 'x:ticket': 'nonce', 'x:price': String.raw`5 $, \$ and \\$` };
const callback = encodeCallback('https://media.example.com', variables);
const permission = { ticket, callback, variables, now };
const rules = { region: 'cn-hangzhou', now, findSecret: () => 'not-a-secret' };
const lowerCase = (fields: Record<string, string>) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]));

describe.each(['v1', 'v4'] as const)('signForm %s', (version) => {
  test.each([undefined, 'a+token/of=STS'])(
    'signs a policy that its own fields fulfil, with token %s',
    (token) => {
      const form = signForm(settings(token ? { OSS_SECURITY_TOKEN: token } : {}), permission, version);
      expect(form).toMatchObject({
        url: 'https://examplebucket.oss-cn-hangzhou.aliyuncs.com/',
        method: 'POST',
      });
      expect(form.fields['x-oss-security-token']).toBe(token);
      const signed = verifyPostForm(lowerCase(form.fields), rules);
      expect(signed?.accessKeyId).toBe('STS.example');
      expect(signed?.policy).toMatchObject({
        expiration: ticket.expiresAt,
        sizeRange: { minBytes: 1, maxBytes: 1_000 },
      });
      if (!signed) return;
      const check = (change: Record<string, string>) =>
        checkPostConditions(signed.policy, { ...form.fields, ...change }, 'examplebucket', now);
      check({});
      check({ 'x-oss-content-type': 'image/png' });
      expect(() => check({ 'x-oss-content-type': 'text/html' })).toThrow('content-type');
      expect(() => check({ 'x:price': '5 $' })).toThrow('x:price');
      expect(() => check({ 'x-oss-object-acl': 'public-read-write' })).toThrow('acl');
      expect(() => check({ 'x-oss-storage-class': 'Archive' })).toThrow('storage-class');
      expect(() => check({ 'x-oss-forbid-overwrite': 'false' })).toThrow('forbid-overwrite');
    },
  );
});

test('a ticket that may overwrite forbids nothing', () => {
  const mayOverwrite = { ...permission, ticket: { ...ticket, overwrite: true } };
  expect(signForm(settings(), mayOverwrite, 'v4').fields).not.toHaveProperty('x-oss-forbid-overwrite');
  expect(signPut(settings(), mayOverwrite).headers).toEqual({ 'content-type': 'image/jpeg' });
});

test('a V4 form pins the token too', () => {
  const { fields } = signForm(settings({ OSS_SECURITY_TOKEN: 'token' }), permission, 'v4');
  const policy: unknown = JSON.parse(Buffer.from(fields['policy'] ?? '', 'base64').toString());
  expect(policy).toMatchObject({
    conditions: expect.arrayContaining([{ 'x-oss-security-token': 'token' }]),
  });
});

describe('signPut', () => {
  test('signs callback, type and token', () => {
    const put = signPut(settings({ OSS_SECURITY_TOKEN: 'a+token/of=STS' }), permission);
    const url = new URL(put.url);
    const query = Object.fromEntries(url.searchParams);
    const request = {
      method: 'PUT',
      bucket: ticket.bucket,
      objectKey: decodeURIComponent(url.pathname.slice(1)),
      query,
      headers: put.headers,
    };
    expect(request.objectKey).toBe(ticket.objectKey);
    expect(query).toMatchObject({
      callback: callback.callback,
      'callback-var': callback.callbackVar,
      'x-oss-expires': '3600',
      'x-oss-security-token': 'a+token/of=STS',
    });
    expect(put.headers).toEqual({ 'content-type': 'image/jpeg', 'x-oss-forbid-overwrite': 'true' });
    expect(() => verifyRequest({ ...request, headers: { 'content-type': 'image/jpeg' } }, rules)).toThrow(
      'signature',
    );
    expect(verifyRequest(request, rules)).toMatchObject({ accessKeyId: 'STS.example' });
    expect(() => verifyRequest({ ...request, query: { ...query, callback: 'e30=' } }, rules)).toThrow(
      'signature',
    );
  });
});

test('the callback names all that OSS knows and every variable, and server names where there is TLS', () => {
  const read = (text: string): unknown => JSON.parse(Buffer.from(text, 'base64').toString());
  expect(read(callback.callback)).toEqual({
    callbackUrl: 'https://media.example.com/callbacks/oss',
    callbackBodyType: 'application/x-www-form-urlencoded',
    callbackSNI: true,
    callbackBody: expect.stringMatching(
      /^bucket=\$\{bucket\}&object=.*&imageInfo\.format=\$\{imageInfo\.format\}.*&x:price=\$\{x:price\}$/,
    ),
  });
  expect(read(callback.callbackVar)).toEqual(variables);
  expect(read(encodeCallback('http://localhost:3000', {}).callback)).not.toHaveProperty('callbackSNI');
});
