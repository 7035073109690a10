import { execFile } from 'node:child_process';
import { glob } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * npm packages that contain photos: people in rooms and streets (1920 pixels wide), and food (800). They are measured
 * but not redistributed.
 */
const packages = ['@vladmandic/face-api@1.7.15', 'flexslider@2.7.2'];
const photos = [
  'node_modules/@vladmandic/face-api/demo/sample*.jpg',
  'node_modules/flexslider/demo/images/*.jpg',
];
const timeoutMs = 120_000;

/**
 * Fetches real photos.
 * @param folder an empty folder, in which the packages are installed without running their scripts
 * @returns the paths of the photos, in order
 * @throws Error if npm cannot fetch them
 */
export async function fetchRealPhotos(folder: string, signal: AbortSignal): Promise<string[]> {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save'];
  await promisify(execFile)('npm', ['install', '--prefix', folder, ...quiet, ...packages], {
    signal,
    timeout: timeoutMs,
  });
  const files: string[] = [];
  for await (const file of glob(photos, { cwd: folder })) files.push(`${folder}/${file}`);
  return files.toSorted();
}
