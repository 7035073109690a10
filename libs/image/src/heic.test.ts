import { afterAll, expect, it } from 'vitest';
import { limits, makeFolder, renderOne } from './fixtures.suite.js';
import { readImageFacts } from './read-image-facts.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

/** A box of ISO/IEC 14496-12: its length, its type, its content. */
function box(type: string, ...content: (string | Uint8Array)[]): Buffer {
  const body = Buffer.concat(
    content.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
  );
  return Buffer.concat([uint32(body.length + 8), Buffer.from(type, 'latin1'), body]);
}

const bytes = (...values: number[]) => Buffer.from(values);
const uint32 = (value: number) => bytes(value >>> 24, value >>> 16, value >>> 8, value);
const uint16 = (value: number) => bytes(value >>> 8, value);
const plainVersion = uint32(0);

/** What a phone writes, in its shortest form: one HEVC picture of 64 × 48 pixels. No tool at hand encodes it. */
function heic(): Buffer {
  const hevcSetup = Buffer.from('0101600000009000000000005df000fcfdf8f800000f00', 'hex');
  const handler = box('hdlr', plainVersion, uint32(0), 'pict', '\0'.repeat(13));
  const primary = box('pitm', plainVersion, uint16(1));
  const item = box('infe', bytes(2, 0, 0, 0), uint16(1), uint16(0), 'hvc1\0');
  const properties = box('ipco', box('hvcC', hevcSetup), box('ispe', plainVersion, uint32(64), uint32(48)));
  const links = box('ipma', plainVersion, uint32(1), uint16(1), bytes(2, 0x81, 2));
  const fileType = box('ftyp', 'heic', uint32(0), 'mif1heic');
  const meta = (offset: number) =>
    box(
      'meta',
      plainVersion,
      handler,
      primary,
      box('iinf', plainVersion, uint16(1), item),
      box('iprp', properties, links),
      box(
        'iloc',
        plainVersion,
        bytes(0x44, 0),
        uint16(1),
        uint16(1),
        uint16(0),
        uint16(1),
        uint32(offset),
        uint32(16),
      ),
    );
  const pixelsAt = fileType.length + meta(0).length + 8;
  return Buffer.concat([fileType, meta(pixelsAt), box('mdat', '\x01'.repeat(16))]);
}

it('refuses HEIC by its name, not as damaged', async () => {
  const file = await folder.write('phone.heic', heic());
  const refusal = { code: 'media.unsupported', message: expect.stringContaining('heif (hevc) is not read') };
  await expect(readImageFacts(file, limits)).rejects.toMatchObject(refusal);
  await expect(renderOne(file)).rejects.toMatchObject(refusal);
});
