import { isLandfallError } from '#runtime';

/**
 * Tries one way after the other to get something out of a file, until one succeeds. A file may be damaged for one way
 * and not for the next.
 *
 * @returns whether one did
 * @throws what the last of them threw, or at once what is not the file's fault
 */
export async function tryEach<Way>(
  ways: readonly Way[],
  succeeds: (way: Way) => Promise<boolean>,
): Promise<boolean> {
  for (const [index, way] of ways.entries()) {
    try {
      if (await succeeds(way)) return true;
    } catch (thrown) {
      if (!isLandfallError(thrown, 'media.damaged', 'media.encoder_failed') || index === ways.length - 1)
        throw thrown;
    }
  }
  return false;
}
