import { describe, expect, test } from 'vitest';
import { readEventMessage, readOssEvents } from '#oss';
import { readVectors } from '../../test-data/vectors.js';

const { messages } = readVectors('events');
const code = (name: string) => expect.objectContaining({ code: `event.${name}` });
const published = {
  name: 'ObjectCreated:PutObject',
  change: 'landed',
  bucket: 'examplebucket',
  objectKey: 'dir/a.txt',
  etag: '5EB63BBBE01EEED093CB22BB8F5ACDC3',
  sizeBytes: 11,
  requestId: '5CF3E7821AB22D0FDB86704D',
  eventTime: new Date('2026-01-15T08:30:01.000Z'),
};

interface Parts {
  name?: unknown;
  key?: unknown;
  object?: object;
  oss?: object;
}
const event = ({ name = 'ObjectCreated:PutObject', key = 'a', object = {}, oss = {} }: Parts = {}) => ({
  eventName: name,
  oss: { bucket: { name: 'b' }, object: { key, ...object }, ...oss },
});
const readOne = (parts: Parts) => {
  const { events, refusals } = readOssEvents({ events: [event(parts)] });
  if (refusals[0]) throw refusals[0];
  return events[0];
};

describe('readOssEvents', () => {
  test('reads the list of SMQ', () => {
    expect(readOssEvents(messages.smqPutObject)).toEqual({
      events: [{ ...published, vars: { uid: '12345' } }],
      ignored: 0,
      refusals: [],
    });
  });

  test('reads one CloudEvent of EventBridge, and a list of them', () => {
    const read = { events: [{ ...published, vars: {} }], ignored: 0, refusals: [] };
    expect(readOssEvents(messages.eventBridgePutObject)).toEqual(read);
    expect(readOssEvents([messages.eventBridgePutObject])).toEqual(read);
  });

  test('reads the list of SMQ inside a CloudEvent', () => {
    expect(readOssEvents({ specversion: '1.0', data: messages.smqPutObject }).events).toHaveLength(1);
  });

  test('takes the name of a CloudEvent from its type', () => {
    const data = { oss: event().oss };
    const type = 'oss:ObjectRemoved:DeleteObject';
    expect(readOssEvents({ specversion: '1.0', type, data }).events).toMatchObject([
      { name: 'ObjectRemoved:DeleteObject', change: 'removed', objectKey: 'a' },
    ]);
  });

  test('finds inside oss what others have beside it', () => {
    const oss = { responseElements: { requestId: 'R1' }, xVars: { 'x:a': 1, b: 'c' } };
    expect(readOne({ oss })).toMatchObject({ requestId: 'R1', vars: { a: '1', b: 'c' } });
  });

  test.each([
    ['ObjectCreated:PutObject', 'landed'],
    ['ObjectCreated:PostObject', 'landed'],
    ['ObjectCreated:CopyObject', 'landed'],
    ['ObjectCreated:CompleteMultipartUpload', 'landed'],
    ['ObjectRemoved:DeleteObject', 'removed'],
    ['ObjectRemoved:DeleteObjects', 'removed'],
  ])('knows what %s changed', (name, change) => {
    expect(readOne({ name })?.change).toBe(change);
  });

  test.each([
    'ObjectCreated:UploadPart',
    'ObjectCreated:UploadPartCopy',
    'ObjectCreated:InitiateMultipartUpload',
    'ObjectCreated:AppendObject',
    'ObjectCreated:PutSymlink',
    'ObjectRemoved:AbortMultipartUpload',
    'ObjectDownloaded:GetObject',
    'ObjectReplication:ObjectCreated',
    'objectcreated:putobject',
    'constructor',
    'Something:New',
  ])('counts %s and nothing more, whatever else it has', (name) => {
    const events = [event({ name }), { eventName: name }];
    expect(readOssEvents({ events })).toEqual({ events: [], ignored: 2, refusals: [] });
  });

  test.each(['a%2Fb%20c.jpg', 'a%252Fb', 'ä+b c.jpg', '/a', '💩'])('takes the key %s as it is', (key) => {
    expect(readOne({ key })?.objectKey).toBe(key);
  });

  test('takes an ETag in quotes and lower case, and none', () => {
    expect(readOne({ object: { eTag: '"ab-2"' } })?.etag).toBe('AB-2');
    expect(readOne({ object: { eTag: '' } })).toMatchObject({ etag: null, sizeBytes: null, eventTime: null });
  });

  test.each([
    ['no name', { eventName: 1 }],
    ['no object', { eventName: 'ObjectCreated:PutObject', oss: { bucket: { name: 'b' } } }],
    ['no bucket', { eventName: 'ObjectCreated:PutObject', oss: { object: { key: 'a' } } }],
    ['an empty key', event({ key: '' })],
    ['a key that is no text', event({ key: { a: 1 } })],
    ['a key of 1,024 bytes', event({ key: 'ä'.repeat(512) })],
    ['NUL in its key', event({ key: 'a\0b' })],
    ['half a character in its key', event({ key: 'a\ud800' })],
    ['a negative size', event({ object: { size: -1 } })],
    ['half a byte', event({ object: { size: 0.5 } })],
    ['an ETag with a line feed', event({ object: { eTag: 'a\nb' } })],
    ['a var that is an object', event({ oss: { xVars: { 'x:a': {} } } })],
    ['NUL in a var', event({ oss: { xVars: { 'x:a': '\0' } } })],
    ['nothing', null],
    ['a text', 'x'],
  ])('refuses an event with %s, and reads the others', (_, bad) => {
    const { events, refusals } = readOssEvents({ events: [event(), bad, event({ key: 'z' })] });
    expect(events.map(({ objectKey }) => objectKey)).toEqual(['a', 'z']);
    expect(refusals).toEqual([code('invalid')]);
  });

  test('keeps a var named __proto__ as any other', () => {
    const parsed: unknown = JSON.parse('{"x:__proto__":"1"}');
    expect(Object.entries(readOne({ oss: { xVars: parsed } })?.vars ?? {})).toEqual([['__proto__', '1']]);
  });

  test.each([{}, { events: 'x' }, null, 1, 'x'])('refuses %j, which is no message of OSS', (message) => {
    expect(() => readOssEvents(message)).toThrow(code('body_malformed'));
  });
});

describe('readEventMessage', () => {
  const json = JSON.stringify(messages.smqPutObject);
  const base64 = Buffer.from(json).toString('base64');
  const xml = (message: string) =>
    `<?xml version="1.0" encoding="utf-8"?>\n<Notification xmlns="http://mns.aliyuncs.com/doc/v1/">\n  <TopicOwner>1</TopicOwner>\n  <Message>${message}</Message>\n  <MessageMD5>X</MessageMD5>\n</Notification>`;
  const notification = (message: string) => JSON.stringify({ TopicOwner: '1', Message: message });

  test.each([
    ['SIMPLIFIED', json],
    ['SIMPLIFIED in base64', base64],
    ['SIMPLIFIED in base64 of several lines', base64.replaceAll(/.{76}/g, '$&\r\n')],
    ['SIMPLIFIED after a byte order mark', `\ufeff ${json}\n`],
    ['JSON', notification(json)],
    ['JSON in base64', notification(base64)],
    ['XML', xml(json.replaceAll('"', '&quot;'))],
    ['XML with numbers for quotes', xml(json.replaceAll('"', '&#34;'))],
    ['XML in base64', xml(base64)],
    ['XML with its message on a line of its own', xml(`\n    ${base64}\n  `)],
    ['a queue, base64 around a notification', Buffer.from(notification(base64)).toString('base64')],
  ])('reads the format %s', (_, body) => {
    expect(readEventMessage(Buffer.from(body))).toEqual(messages.smqPutObject);
  });

  const again = (times: number, text: string): string =>
    times === 0 ? text : again(times - 1, Buffer.from(text).toString('base64'));

  test.each([
    ['nothing', ''],
    ['invalid base64', 'e30'],
    ['base64 with other characters', 'e30=!'],
    ['invalid JSON', '{"events":['],
    ['base64 of bytes', '//79'],
    ['bytes', Buffer.from([0xff, 0xfe])],
    ['wrappings without end', again(6, json)],
    ['other XML', '<Error><Message>e30=</Message></Error>'],
    ['XML that is cut off', xml(base64).slice(0, -5)],
    ['XML without a message', '<Notification></Notification>'],
    ['a document type', `<!DOCTYPE x [<!ENTITY a "b">]>${xml(base64).replace(/^.*\n/, '')}`],
    ['a page', '<html><body>hello</body></html>'],
  ])('refuses %s', (_, body) => {
    expect(() => readEventMessage(Buffer.from(body))).toThrow(code('body_malformed'));
  });

  test('says nothing of what was in a message it cannot read', () => {
    expect(() => readEventMessage(Buffer.from('{"token":"abcdef"'))).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('abcdef') }),
    );
  });
});
