import { TiffDirectories } from '../decoders/containers/tiff-directories.js';

const tags = { subfileType: 0x00fe, make: 0x010f, subDirectories: 0x014a, dngVersion: 0xc612 };

/**
 * The camera maker whose RAW format a TIFF is in: its main picture is a reduced copy, according to its subfile type, of
 * one in a sub-directory. An edited TIFF also names the camera, but its main picture is the full one.
 */
export function cameraOf(start: Buffer): 'dng' | 'nikon' | 'sony' | 'pentax' | undefined {
  const magic = start.toString('hex', 0, 4);
  if (start.length < 16 || (magic !== '49492a00' && magic !== '4d4d002a')) return undefined;
  const main = new TiffDirectories(start).readMain();
  if (main.get(tags.dngVersion)) return 'dng';
  const isReduced = ((main.get(tags.subfileType)?.[0] ?? 0) & 1) === 1;
  if (!isReduced || !main.get(tags.subDirectories)) return undefined;
  const make = String.fromCharCode(...(main.get(tags.make) ?? [])).toLowerCase();
  return (['nikon', 'sony', 'pentax'] as const).find((maker) => make.startsWith(maker));
}
