import { expect, test } from 'vitest';
import { codecName } from './codec-names.js';

function box(type: string, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}
const bytes = (hex: string) => Buffer.from(hex, 'hex');
/** An initialisation segment whose sample entry has this box, behind so many bytes of fields. */
function init(entry: string, fields: number, config: Buffer): Buffer {
  const table = box('stsd', Buffer.alloc(8), box(entry, Buffer.alloc(fields), config));
  return box(
    'moov',
    box('mvhd', Buffer.alloc(100)),
    box('trak', box('mdia', box('minf', box('stbl', table)))),
  );
}

test.each([
  ['avc1.640028', 'avc1', 78, box('avcC', bytes('0164002800'))],
  ['avc1.42c01e', 'avc1', 78, box('avcC', bytes('0142c01e00'))],
  ['hvc1.1.6.L93.90', 'hvc1', 78, box('hvcC', bytes('0101600000009000000000005d00'))],
  ['hvc1.2.4.H150.B0', 'hvc1', 78, box('hvcC', bytes('012220000000b000000000009600'))],
  ['hvc1.A1.6.L30', 'hvc1', 78, box('hvcC', bytes('0141600000000000000000001e00'))],
  ['av01.0.04M.08', 'av01', 78, box('av1C', bytes('81040c00'))],
  ['av01.0.13H.10', 'av01', 78, box('av1C', bytes('810dcc00'))],
  ['mp4a.40.2', 'mp4a', 28, box('esds', bytes('0000000003190000000411401500000000000000000000000502119056'))],
  [
    'mp4a.40.5',
    'mp4a',
    28,
    box('esds', bytes('00000000038080801c0000000480808014401500000000000000000000000580808002289056')),
  ],
])('%s is read from its box', (name, entry, fields, config) => {
  expect(codecName(init(entry, fields, config))).toBe(name);
});

test.each([
  ['nothing', Buffer.of()],
  ['no boxes', Buffer.from('avcC of nothing')],
  ['a box without an end', bytes('7fffffff6d6f6f76')],
  ['a box of size 4', bytes('000000046d6f6f76')],
  ['a codec that is not known', init('vp09', 78, box('vpcC', Buffer.alloc(12)))],
  ['a configuration that ends early', init('avc1', 78, box('avcC', bytes('0164')))],
  ['descriptors that end early', init('mp4a', 28, box('esds', bytes('00000000031900')))],
  ['a descriptor of endless length', init('mp4a', 28, box('esds', bytes('0000000003ffffffffffff')))],
])('%s has no name', (_, segment) => {
  expect(codecName(segment)).toBeNull();
});
