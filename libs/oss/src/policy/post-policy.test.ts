import { describe, expect, test } from 'vitest';
import { checkPostConditions, checkPostSize, parsePostPolicy } from '#oss';

const now = new Date('2026-01-15T08:30:00Z');
const expiration = '2026-01-15T09:30:00.000Z';
const refusal = (code: string, message?: string) =>
  expect.objectContaining(message === undefined ? { code } : { code, message });
type Fields = Parameters<typeof checkPostConditions>[1];
const check = (conditions: unknown[], fields: Fields, bucket = 'b1') =>
  checkPostConditions(parsePostPolicy(JSON.stringify({ expiration, conditions })), fields, bucket, now);

/** A condition, fields that meet it, and fields that do not. */
const conditions: [string, unknown, Fields, Fields | undefined][] = [
  ['a member', { key: 'a' }, { key: 'a' }, { key: 'b' }],
  ['eq', ['eq', '$key', 'a'], { key: 'a' }, { key: 'A' }],
  ['eq, of a field that is not there', ['eq', '$callback', 'x'], { callback: 'x' }, {}],
  ['eq, of the empty text', ['eq', '$x:a', ''], { 'x:a': '' }, {}],
  ['eq, with a literal dollar', ['eq', '$key', '\\${filename}'], { key: '${filename}' }, { key: 'a' }],
  ['starts-with', ['starts-with', '$key', 'a/'], { key: 'a/b' }, { key: 'a' }],
  ['starts-with, of a field that is not there', ['starts-with', '$x:a', 'a'], { 'x:a': 'ab' }, {}],
  ['in', ['in', '$content-type', ['a/b', 'c/d']], { 'Content-Type': 'c/d' }, { 'Content-Type': 'e/f' }],
  ['in, of a field that is not there', ['in', '$a', ['x']], { a: 'x' }, {}],
  ['in nothing', ['not-in', '$a', []], { a: 'x' }, undefined],
  ['not-in', ['not-in', '$cache-control', ['no-cache']], {}, { 'cache-control': 'no-cache' }],
  [
    'a name in other letters',
    ['eq', '$Success_Action_Status', '200'],
    { success_action_status: '200' },
    { success_action_status: '201' },
  ],
  ['the bucket', { bucket: 'b1' }, { bucket: 'whatever the form says' }, undefined],
  ['another bucket', ['not-in', '$bucket', ['b2']], {}, undefined],
  ['a field named like a member of every object', { constructor: 'x' }, { constructor: 'x' }, {}],
  ['a field named like the prototype', JSON.parse('{"__proto__":"x"}'), JSON.parse('{"__proto__":"x"}'), {}],
];

describe('a condition', () => {
  test.each(conditions)('is met: %s', (_, condition, met) => {
    expect(() => check([condition], met)).not.toThrow();
  });

  test.each(conditions.filter(([, , , unmet]) => unmet))('is not met: %s', (_, condition, __, unmet = {}) => {
    expect(() => check([condition], unmet)).toThrow(
      expect.objectContaining({
        status: 403,
        code: 'AccessDenied',
        message: expect.stringMatching(/^Invalid according to Policy: Policy Condition failed: \[/),
      }),
    );
  });

  test('of another bucket fails whatever the form says', () => {
    expect(() => check([{ bucket: 'b2' }], { bucket: 'b2' })).toThrow(refusal('AccessDenied'));
  });

  test('says what it wants', () => {
    expect(() => check([['starts-with', '$key', 'user/1/']], { key: 'a' })).toThrow(
      'Invalid according to Policy: Policy Condition failed: ["starts-with", "$key", "user/1/"]',
    );
  });

  test('all of them are needed', () => {
    const conditions = [
      ['starts-with', '$key', 'a'],
      ['starts-with', '$key', 'ab'],
    ];
    expect(() => check(conditions, { key: 'abc' })).not.toThrow();
    expect(() => check(conditions, { key: 'ac' })).toThrow(refusal('AccessDenied'));
  });

  test.each([
    ['twice', { key: ['user/a', 'b'] }],
    ['twice, the good one last', { key: ['b', 'user/a'] }],
    ['in other letters', { key: 'user/a', KEY: 'b' }],
    ['in other letters, the good one last', { Key: 'b', key: 'user/a' }],
    ['empty the second time', { key: ['user/a', ''] }],
  ] as [string, Fields][])('holds for every value of a field that comes %s', (_, fields) => {
    expect(() => check([['starts-with', '$key', 'user/']], fields)).toThrow(refusal('AccessDenied'));
    expect(() => check([['not-in', '$key', ['b', '']]], fields)).toThrow(refusal('AccessDenied'));
    expect(() => check([['in', '$key', ['user/a', 'b', '']]], fields)).not.toThrow();
  });

  test('tells nothing of fields that it does not name', () => {
    expect(() => check([{ key: 'a' }], { key: 'a', other: ['b', 'c'] })).not.toThrow();
  });
});

describe('content-length-range', () => {
  const checkSize = (sizeBytes: number, ...ranges: unknown[][]) => {
    const conditions = ranges.map((range) => ['content-length-range', range].flat());
    checkPostSize(parsePostPolicy(JSON.stringify({ expiration, conditions })), sizeBytes);
  };

  test('includes both ends', () => {
    for (const sizeBytes of [1, 5, 10]) expect(() => checkSize(sizeBytes, [1, 10])).not.toThrow();
    expect(() => checkSize(0, [1, 10])).toThrow(refusal('EntityTooSmall'));
    expect(() => checkSize(11, [1, 10])).toThrow(refusal('EntityTooLarge'));
    expect(() => checkSize(0)).not.toThrow();
  });

  test('given twice means what both allow', () => {
    expect(() => checkSize(4, [1, 10], [5, 20])).toThrow(refusal('EntityTooSmall'));
    expect(() => checkSize(7, [1, 10], [5, 20])).not.toThrow();
    expect(() => checkSize(11, [5, 20], [1, 10])).toThrow(refusal('EntityTooLarge'));
  });

  test.each([[['1', '2']], [[1]], [[1, 2, 3]], [[1.5, 2]], [[null, 2]], [[1, 1e21]], [[[1], [2]]]])(
    'cannot be %j',
    (range) => {
      expect(() => checkSize(1, range)).toThrow(refusal('InvalidPolicyDocument'));
    },
  );
});

describe('the end of a policy', () => {
  const parse = (value: unknown) => parsePostPolicy(JSON.stringify({ expiration: value, conditions: [] }));

  test.each(['2026-01-15T09:30:00.000Z', '2026-01-15T09:30:00Z', '2028-02-29T00:00:00.123456Z'])(
    'may be %s',
    (text) => {
      expect(parse(text).expiration.toISOString().slice(0, 19)).toBe(text.slice(0, 19));
    },
  );

  test.each([
    undefined,
    null,
    '',
    'tomorrow',
    1_800_000_000,
    '1800000000',
    '2026',
    '2026-01-15',
    '2026-01-15T09:30:00',
    '2026-01-15T09:30:00+08:00',
    '2026-01-15 09:30:00Z',
    'Thu, 15 Jan 2026 09:30:00 GMT',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-15T25:00:00Z',
    ['2026-01-15T09:30:00Z'],
    { time: '2026-01-15T09:30:00Z' },
  ])('cannot be %j', (value) => {
    expect(() => parse(value)).toThrow(refusal('InvalidPolicyDocument'));
  });

  test('counts to the millisecond', () => {
    const policy = parse('2026-01-15T09:30:00.000Z');
    const at = (time: string) => () => checkPostConditions(policy, {}, 'b1', new Date(time));
    expect(at('2026-01-15T09:30:00.000Z')).not.toThrow();
    expect(at('2026-01-15T09:30:00.001Z')).toThrow(
      refusal('AccessDenied', 'Invalid according to Policy: Policy expired.'),
    );
  });
});

describe('a policy', () => {
  const nested = '['.repeat(200_000) + ']'.repeat(200_000);

  test.each([
    ['nothing', ''],
    ['half of it', '{"expiration":"2026-01-15T09:30:00.000Z","conditions":['],
    ['null', 'null'],
    ['a text', '"{}"'],
    ['a list', '[]'],
    ['nothing but brackets', nested],
    ['a condition of brackets', `{"expiration":"${expiration}","conditions":${nested}}`],
    ['a field of brackets', `{"expiration":"${expiration}","conditions":[["in","$key",${nested}]]}`],
    ['a member of brackets', `{"expiration":"${expiration}","conditions":[{"key":${nested}}]}`],
    ['a text as conditions', `{"expiration":"${expiration}","conditions":"[]"}`],
    ['conditions by number', `{"expiration":"${expiration}","conditions":{"0":["eq","$key","a"]}}`],
    ['a number as value', `{"expiration":"${expiration}","conditions":[{"key":5}]}`],
    ['a number in a list', `{"expiration":"${expiration}","conditions":[["in","$key",[5]]]}`],
    ['a list for eq', `{"expiration":"${expiration}","conditions":[["eq","$key",["a"]]]}`],
    ['a text for in', `{"expiration":"${expiration}","conditions":[["in","$key","a"]]}`],
    ['too many parts', `{"expiration":"${expiration}","conditions":[["eq","$key","a","b"]]}`],
    ['a name without its dollar', `{"expiration":"${expiration}","conditions":[["eq","key","a"]]}`],
    ['no name', `{"expiration":"${expiration}","conditions":[["eq",null,"a"]]}`],
    ['another word', `{"expiration":"${expiration}","conditions":[["EQ","$key","a"]]}`],
    ['an empty condition', `{"expiration":"${expiration}","conditions":[[]]}`],
  ])('cannot be %s', (_, json) => {
    expect(() => parsePostPolicy(json)).toThrow(refusal('InvalidPolicyDocument'));
  });

  test('may be long', () => {
    const conditions = Array.from({ length: 50_000 }, (_, index) => ['not-in', '$key', [`k${index}`]]);
    expect(() => check(conditions, { key: 'a' })).not.toThrow();
    expect(() => check(conditions, { key: 'k49999' })).toThrow(refusal('AccessDenied'));
  });
});
