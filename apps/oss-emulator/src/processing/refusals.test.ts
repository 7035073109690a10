import { beforeAll, describe, expect, test } from 'vitest';
import { useEmulator } from '../fixtures/emulator.fixture.js';
import { elementOf, sendSigned } from '../fixtures/requests.fixture.js';
import { beginningOfPng, bitmap, halves } from '../images/pictures.fixture.js';

const emulator = useEmulator();
beforeAll(async () => {
  const client = emulator.client();
  const files: [string, Buffer][] = [
    ['a.jpg', await halves(400, 200).jpeg({ quality: 90 }).toBuffer()],
    ['a.bmp', bitmap(3, 2)],
    ['cut.jpg', (await halves(400, 200).jpeg().toBuffer()).subarray(0, 700)],
    ['text.jpg', Buffer.from('no picture')],
    ['empty.jpg', Buffer.alloc(0)],
    ['wide.png', await halves(4_097, 10).png().toBuffer()],
    ['long.png', await halves(30_001, 1).png().toBuffer()],
    ['bomb.png', beginningOfPng(20_000, 20_000)],
    ['large.jpg', Buffer.alloc(20 * 1024 ** 2 + 1)],
  ];
  for (const [key, bytes] of files) await client.put(key, bytes);
});

const refusalOf = async (key: string, process: string) => {
  const { status, text } = await sendSigned(emulator.url, { key, query: { 'x-oss-process': process } });
  return [
    status,
    elementOf(text, 'Code'),
    elementOf(text, 'Message')?.replace('&#x27;', "'"),
    elementOf(text, 'EC'),
  ];
};

describe('refused is', () => {
  const invalid = (value: string, name: string, ec?: string) => [
    400,
    'InvalidArgument',
    `The value: ${value} of parameter: ${name} is invalid.`,
    ec,
  ];
  test.each([
    ['resize,w_0', invalid('0', 'w', '0040-00000312')],
    ['resize,w_99999999', invalid('99999999', 'w', '0040-00000312')],
    ['resize,h_-1', invalid('-1', 'h', '0040-00000313')],
    ['resize,w_0,h_0', invalid('0', 'w', '0040-00000321')],
    ['resize,m_abc,w_1', invalid('abc', 'm', '0040-00000311')],
    ['resize,l_0', invalid('0', 'l', '0040-00000314')],
    ['resize,s_1.5', invalid('1.5', 's', '0040-00000315')],
    ['resize,p_1001', invalid('1001', 'p', '0040-00000317')],
    ['resize,w_1,limit_3', invalid('3', 'limit', '0040-00000319')],
    ['resize,m_pad,w_1,color_red', invalid('red', 'color')],
    ['resize,z_1', invalid('1', 'z')],
    ['resize,100', invalid('', '100')],
    ['rotate,400', invalid('400', 'rotate', '0040-00000217')],
    ['rotate', invalid('', 'rotate', '0040-00000216')],
    ['rotate,90,200', invalid('90,200', 'rotate', '0040-00000203')],
    ['format,dng', invalid('dng', 'format', '0040-00000206')],
    ['format,constructor', invalid('constructor', 'format', '0040-00000206')],
    ['crop,w_abc', invalid('abc', 'w', '0040-00000225')],
    ['slim,1', invalid('slim', 'action', '0040-00000213')],
    ['toString', invalid('toString', 'action', '0040-00000213')],
    ['resize,w_9/info', invalid('info', 'action', '0040-00000213')],
    [
      '',
      [400, 'InvalidArgument', 'No action is specified in the image processing request.', '0040-00000212'],
    ],
    ['resize', [400, 'MissingArgument', 'Missing Some Required Arguments.', undefined]],
    ['crop,x_400', [400, 'CutEdgeExceedRange', "Advance cut's position is out of image.", undefined]],
    ['resize,w_5000,h_5000,m_fixed,limit_0', [400, 'ImageTooLarge', expect.any(String), '0040-00000007']],
  ])('image/%s', async (action, refused) => {
    expect(await refusalOf('a.jpg', `image/${action}`)).toEqual(refused);
  });

  test.each([
    ['text.jpg', 'info', [400, 'BadRequest', 'This image format is not supported.', '0040-00000005']],
    ['empty.jpg', 'resize,w_1', [400, 'BadRequest', 'This image format is not supported.', '0040-00000005']],
    ['cut.jpg', 'resize,w_1', [400, 'ImageDamage', 'The image file may be damaged.', undefined]],
    ['missing.jpg', 'info', [404, 'NoSuchKey', 'The specified key does not exist.', '0040-00000024']],
    ['large.jpg', 'info', [400, 'ImageTooLarge', expect.any(String), '0040-00000001']],
    ['bomb.png', 'resize,w_1', [400, 'ImageTooLarge', expect.any(String), '0040-00000012']],
    ['long.png', 'resize,w_1', [400, 'ImageTooLarge', expect.any(String), '0040-00000019']],
    [
      'wide.png',
      'rotate,90',
      [400, 'BadRequest', 'Picture exceed the maximum allowable rotation range.', undefined],
    ],
  ])('%s, by image/%s', async (key, action, refused) => {
    expect(await refusalOf(key, `image/${action}`)).toEqual(refused);
  });

  test.each([
    ['a.jpg', 'image/watermark,text_SGVsbG8', 'image/watermark'],
    ['a.jpg', 'image/resize,w_9/blur,r_3,s_2', 'image/blur'],
    ['a.jpg', 'image/crop,g_face', 'image/crop,g_face'],
    ['a.jpg', 'image/format,avif', 'image/format,avif'],
    ['a.bmp', 'image/resize,w_1', 'image/… of bmp'],
    ['a.jpg', 'video/snapshot,t_1000', 'video/snapshot'],
    ['a.jpg', 'imm/detect', 'imm/detect'],
    ['a.jpg', 'image/resize,w_9|sys/saveas,o_YQ', 'image/…|sys/saveas'],
  ])('%s by %s, as not implemented: %s', async (key, process, named) => {
    expect(await refusalOf(key, process)).toEqual([
      501,
      'NotImplemented',
      `The emulator does not implement x-oss-process=${named}.`,
      undefined,
    ]);
  });

  test('a style that is not there', async () => {
    expect(await refusalOf('a.jpg', 'style/small')).toEqual([
      404,
      'NoSuchStyle',
      'The style you get is not found.',
      undefined,
    ]);
  });
});
