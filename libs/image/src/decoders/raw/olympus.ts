import { partOf, type Part } from './raw-parts.ts';
import { TiffDirectories, type Directory } from '../containers/tiff-directories.ts';

/** EXIF 2.32, 4.6.3 and 4.6.5. */
const exifTags = { directory: 0x8769, makerNote: 0x927c };
/** Tags of Olympus' maker note and of the camera settings directory below it. */
const olympusTags = { oldPreviewAt: 0x0088, oldPreviewBytes: 0x0089, settings: 0x2020 };
const settingsTags = { previewAt: 0x0101, previewBytes: 0x0102 };

/** Maker note formats: their start, the offset of their directory, and whether offsets are relative to the note itself. */
const forms = [
  { begins: 'OM SYSTEM\0', orderAt: 12, directoryAt: 16, isOwnBase: true },
  { begins: 'OLYMPUS\0', orderAt: 8, directoryAt: 12, isOwnBase: true },
  { begins: 'OLYMP\0', orderAt: undefined, directoryAt: 8, isOwnBase: false },
] as const;

/** Finds the previews that Olympus and OM System store in the maker note of an ORF. */
export function partsOfOlympus(file: Buffer, main: Directory | undefined): Part[] {
  const tiff = new TiffDirectories(file);
  const exifAt = main?.get(exifTags.directory)?.[0];
  const noteAt = exifAt && tiff.readAt(exifAt).placeOf(exifTags.makerNote);
  if (!noteAt || noteAt > file.length) return [];
  const form = forms.find(({ begins }) => file.toString('latin1', noteAt, noteAt + begins.length) === begins);
  if (!form) return [];
  const base = form.isOwnBase ? noteAt : 0;
  const order =
    form.orderAt === undefined
      ? undefined
      : file.toString('latin1', noteAt + form.orderAt, noteAt + form.orderAt + 2);
  const note = new TiffDirectories(file.subarray(base), order);
  const directory = note.readAt(noteAt - base + form.directoryAt);
  // Newer cameras store a pointer to the settings, older ones the settings themselves.
  const settingsAt =
    directory.countOf(olympusTags.settings) === 1
      ? directory.get(olympusTags.settings)?.[0]
      : directory.placeOf(olympusTags.settings);
  const settings = settingsAt ? note.readAt(settingsAt) : undefined;
  return [
    ...partOf(directory.get(olympusTags.oldPreviewAt)?.[0], directory.get(olympusTags.oldPreviewBytes)?.[0]),
    ...partOf(settings?.get(settingsTags.previewAt)?.[0], settings?.get(settingsTags.previewBytes)?.[0]),
  ].map(({ at, sizeBytes }) => ({ at: base + at, sizeBytes }));
}
