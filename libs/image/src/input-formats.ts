import type { Metadata } from 'sharp';

interface InputFormat {
  /** As the facts name it. */
  readonly name: string;
  readonly mimeType: string;
  /** libvips' class of loader, which stays usable. */
  readonly loader: string;
  readonly matches: (metadata: Metadata) => boolean;
}

const named = (name: string, loader: string): InputFormat => ({
  name,
  mimeType: `image/${name}`,
  loader,
  matches: ({ format }) => format === name,
});

/** What is read. Of the HEIF family only AVIF: the prebuilt libvips has no HEVC decoder. */
export const inputFormats: readonly InputFormat[] = [
  named('jpeg', 'VipsForeignLoadJpeg'),
  named('png', 'VipsForeignLoadPng'),
  named('webp', 'VipsForeignLoadWebp'),
  named('gif', 'VipsForeignLoadNsgif'),
  named('tiff', 'VipsForeignLoadTiff'),
  {
    ...named('avif', 'VipsForeignLoadHeif'),
    matches: ({ format, compression }) => format === 'heif' && compression === 'av1',
  },
];
