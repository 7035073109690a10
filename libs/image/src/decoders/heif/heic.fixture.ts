import type { Size } from '#media';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Sharp } from 'sharp';
import { inject } from 'vitest';

/**
 * Options for HEIC files like those of phones: pixels encoded by x265 (in ffmpeg), boxes (ISO/IEC 14496-12 and
 * 23008-12) written by hand.
 */
export interface HeicOptions {
  /** Counterclockwise quarter turns. */
  turns?: 0 | 1 | 2 | 3;
  /** Mirrored horizontally after rotation. */
  mirrored?: boolean;
  icc?: Buffer;
  /** Codes of primaries, curve and matrix (ITU-T H.273), full range. */
  nclx?: readonly [number, number, number];
  /** Starts at its TIFF header. */
  exif?: Buffer;
  xmp?: string;
  /** Tiles per side, as phones use for large pictures. */
  tilesPerSide?: 1 | 2;
  bits?: 8 | 10;
  /** Additional x265 parameters, for example to signal colours in the bitstream. */
  coder?: string;
}

interface Coded {
  /** The `hvcC` box, which configures the decoder. */
  setup: Buffer;
  sample: Buffer;
}

/** Encodes a picture as HEIC; its sides must be multiples of 128. */
export async function heic(picture: Sharp, options: HeicOptions = {}): Promise<Buffer> {
  const { data, info } = await picture.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const perSide = options.tilesPerSide ?? 1;
  const tile = { width: info.width / perSide, height: info.height / perSide };
  const coded: Coded[] = [];
  for (let index = 0; index < perSide ** 2; index++) {
    const [column, row] = [index % perSide, Math.floor(index / perSide)];
    const rows = Array.from({ length: tile.height }, (_, y) => {
      const start = ((row * tile.height + y) * info.width + column * tile.width) * 3;
      return data.subarray(start, start + tile.width * 3);
    });
    coded.push(await encodeHevc(Buffer.concat(rows), tile, options));
  }
  return assemble(coded, tile, info, options);
}

/** Makes a HEIC that repeats one tile: many pixels in few bytes. */
export async function heicOfOneTile(side: number, perSide: number): Promise<Buffer> {
  const tile = { width: side, height: side };
  const coded = await encodeHevc(Buffer.alloc(side * side * 3, 90), tile);
  const whole = { width: side * perSide, height: side * perSide };
  return assemble(Array(perSide ** 2).fill(coded), tile, whole, {});
}

async function encodeHevc(
  pixels: Buffer,
  { width, height }: Size,
  { bits = 8, coder: more = '' }: { bits?: number; coder?: string } = {},
): Promise<Coded> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-heic-'));
  try {
    const [input, output] = [join(folder, 'in.rgb'), join(folder, 'out.mp4')];
    await writeFile(input, pixels);
    const { ffmpegPath } = inject('services');
    const colours = 'scale=out_range=full:out_color_matrix=bt601';
    const format = bits === 10 ? 'yuv420p10le' : 'yuv420p';
    const coder = `log-level=none:crf=4:range=full:colormatrix=smpte170m${more && `:${more}`}`;
    const command =
      `-loglevel error -f rawvideo -pix_fmt rgb24 -s ${width}x${height} -i ${input} ` +
      `-vf ${colours} -color_range pc -colorspace smpte170m -pix_fmt ${format} ` +
      `-c:v libx265 -tag:v hvc1 -x265-params ${coder} ${output}`;
    await promisify(execFile)(ffmpegPath, command.split(' '));
    const file = await readFile(output);
    return { setup: findBox(file, 'hvcC'), sample: findBox(file, 'mdat').subarray(8) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function findBox(file: Buffer, type: string): Buffer {
  const start = file.indexOf(type, 0, 'latin1') - 4;
  return file.subarray(start, start + file.readUInt32BE(start));
}

function assemble(
  coded: readonly Coded[],
  tile: { width: number; height: number },
  whole: { width: number; height: number },
  { turns = 0, mirrored = false, icc, nclx, exif, xmp }: HeicOptions,
): Buffer {
  const sizeOf = ({ width, height }: typeof tile) => box('ispe', plainVersion, uint32(width), uint32(height));
  const properties = [coded[0]?.setup ?? Buffer.alloc(0), sizeOf(tile), sizeOf(whole)];
  const shown = [3];
  const add = (property: Buffer, essential = 0) => shown.push(properties.push(property) | essential);
  if (icc) add(box('colr', 'prof', icc));
  if (nclx) add(box('colr', 'nclx', ...nclx.map(uint16), bytes(0x80)));
  // The order matters: rotate first, then mirror.
  if (turns) add(box('irot', bytes(turns)), 0x80);
  if (mirrored) add(box('imir', bytes(1)), 0x80);

  const isGrid = coded.length > 1;
  const side = Math.sqrt(coded.length);
  const grid = Buffer.concat([bytes(0, 0, side - 1, side - 1), uint16(whole.width), uint16(whole.height)]);
  const primary = isGrid ? coded.length + 1 : 1;
  const items = [
    ...coded.map(({ sample }, index) => ({
      id: index + 1,
      type: 'hvc1',
      data: sample,
      properties: isGrid ? [0x81, 2] : [0x81, ...shown],
    })),
    ...(isGrid ? [{ id: primary, type: 'grid', data: grid, properties: shown }] : []),
    ...(exif
      ? [{ id: primary + 1, type: 'Exif', data: Buffer.concat([uint32(0), exif]), properties: [] }]
      : []),
    ...(xmp ? [{ id: primary + 2, type: 'mime', data: Buffer.from(xmp), properties: [] }] : []),
  ];
  const references = [
    ...(isGrid
      ? [box('dimg', uint16(primary), uint16(coded.length), ...coded.map((_, index) => uint16(index + 1)))]
      : []),
    ...(exif ? [box('cdsc', uint16(primary + 1), uint16(1), uint16(primary))] : []),
    ...(xmp ? [box('cdsc', uint16(primary + 2), uint16(1), uint16(primary))] : []),
  ];
  const described = items.filter((item) => item.properties.length > 0);
  const fileType = box('ftyp', 'heic', uint32(0), 'mif1heic');
  const meta = (firstAt: number) => {
    let at = firstAt;
    const places = items.map(({ id, data }) => {
      const place = Buffer.concat([uint16(id), uint16(0), uint16(1), uint32(at), uint32(data.length)]);
      at += data.length;
      return place;
    });
    return box(
      'meta',
      plainVersion,
      box('hdlr', plainVersion, uint32(0), 'pict', '\0'.repeat(13)),
      box('pitm', plainVersion, uint16(primary)),
      box(
        'iinf',
        plainVersion,
        uint16(items.length),
        ...items.map(({ id, type }) =>
          box(
            'infe',
            bytes(2, 0, 0, type === 'hvc1' && isGrid ? 1 : 0),
            uint16(id),
            uint16(0),
            type === 'mime' ? 'mime\0application/rdf+xml\0' : `${type}\0`,
          ),
        ),
      ),
      box('iref', plainVersion, ...references),
      box(
        'iprp',
        box('ipco', ...properties),
        box(
          'ipma',
          plainVersion,
          uint32(described.length),
          ...described.map((item) =>
            Buffer.concat([uint16(item.id), bytes(item.properties.length, ...item.properties)]),
          ),
        ),
      ),
      box('iloc', plainVersion, bytes(0x44, 0), uint16(items.length), ...places),
    );
  };
  const dataAt = fileType.length + meta(0).length + 8;
  return Buffer.concat([fileType, meta(dataAt), box('mdat', ...items.map(({ data }) => data))]);
}

/** Builds a box: length, type, content. */
export function box(type: string, ...content: (string | Uint8Array)[]): Buffer {
  const body = Buffer.concat(
    content.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
  );
  return Buffer.concat([uint32(body.length + 8), Buffer.from(type, 'latin1'), body]);
}

const bytes = (...values: number[]) => Buffer.from(values);
const uint32 = (value: number) => bytes(value >>> 24, value >>> 16, value >>> 8, value);
const uint16 = (value: number) => bytes(value >>> 8, value);
const plainVersion = uint32(0);
