import { readFile } from 'node:fs/promises';

/** The page size of WebAssembly memory. */
const pageBytes = 65_536;
const memorySection = 5;

/**
 * Reads a WebAssembly module from an npm package and writes a limit into it: its memory never grows beyond `maxBytes`,
 * so further allocations fail. A thread's resource limits do not cover that memory.
 */
export async function boundWasm(specifier: string, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readFile(new URL(import.meta.resolve(specifier)));
  for (let at = 8; at < bytes.length;) {
    const [size, bodyAt] = readNumber(bytes, at + 1);
    if (bytes[at] === memorySection) {
      // The section for one memory: count, flags, minimum pages and, if the flags say so, maximum pages.
      const [leastPages] = readNumber(bytes, bodyAt + 2);
      const most = Math.max(leastPages, Math.floor(maxBytes / pageBytes));
      const body = [1, 1, ...writeNumber(leastPages), ...writeNumber(most)];
      const section = Buffer.from([memorySection, ...writeNumber(body.length), ...body]);
      return new Uint8Array(Buffer.concat([bytes.subarray(0, at), section, bytes.subarray(bodyAt + size)]));
    }
    at = bodyAt + size;
  }
  throw new Error(`${specifier} has no memory of its own`);
}

/** Reads an unsigned LEB128 number; returns it with the offset of the next byte. */
function readNumber(bytes: Uint8Array, at: number): [value: number, next: number] {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes[at++] ?? 0;
    value += (byte & 127) * factor;
    if (byte < 128) return [value, at];
  }
}

function writeNumber(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...writeNumber(Math.floor(value / 128))];
}
