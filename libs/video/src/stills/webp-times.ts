import { open } from 'node:fs/promises';

/**
 * Number of frames and total duration of a WebP file (WebP container specification, ANMF); a still picture has one frame and no
 * duration. Null if it is not a valid WebP file.
 */
export async function readWebpTimes(path: string): Promise<{ frames: number; durationMs: number } | null> {
  await using file = await open(path);
  const { size } = await file.stat();
  const head = Buffer.alloc(24);
  const read = async (length: number, position: number) =>
    (await file.read(head, 0, length, position)).bytesRead === length;
  if (!(await read(12, 0)) || head.toString('latin1', 8, 12) !== 'WEBP') return null;
  let frames = 0;
  let durationMs = 0;
  let isStill = false;
  for (let place = 12; await read(8, place);) {
    const type = head.toString('latin1', 0, 4);
    const length = head.readUInt32LE(4);
    if (place + 8 + length > size) return null;
    if (type === 'VP8 ' || type === 'VP8L') isStill = true;
    if (type === 'ANMF' && (await read(16, place + 8))) {
      frames += 1;
      durationMs += head.readUIntLE(12, 3);
    }
    place += 8 + length + (length % 2);
  }
  if (frames > 0) return { frames, durationMs };
  return isStill ? { frames: 1, durationMs: 0 } : null;
}
