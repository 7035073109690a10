/** Returns the first `length` bytes of an answer, or all of it if it is shorter. */
export async function readAtMost(answer: Response, length: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let received = 0;
  for await (const chunk of answer.body ?? []) {
    chunks.push(chunk);
    received += chunk.length;
    if (received >= length) break;
  }
  return Buffer.concat(chunks).subarray(0, length);
}
