/**
 * As `Promise.all`, but rejects only once everything has settled, so the caller's cleanup does not race with work in
 * progress.
 */
export async function settleAll<T extends readonly unknown[] | []>(
  works: T,
): Promise<{ -readonly [Place in keyof T]: Awaited<T[Place]> }> {
  await Promise.allSettled(works);
  return Promise.all(works);
}
