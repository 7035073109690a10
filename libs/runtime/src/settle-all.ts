/**
 * As `Promise.all`, but what fails is told only when nothing is under way any more: whoever cleans up then is not disturbed
 * by what goes on.
 */
export async function settleAll<T extends readonly unknown[] | []>(
  works: T,
): Promise<{ -readonly [Place in keyof T]: Awaited<T[Place]> }> {
  await Promise.allSettled(works);
  return Promise.all(works);
}
