import { isLandfallError } from '#runtime';

/**
 * Tries several ways to get something out of a file until one succeeds. A file may be damaged for one way but not for the next.
 *
 * @returns whether any succeeded
 * @throws the error of the last way, or at once an error that is not the file's fault
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
