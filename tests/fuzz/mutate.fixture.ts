/** Numbers from 0 to 1 that come again with the same seed (the generator is mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What was done to a file: some bytes changed, its end cut off, or a part put elsewhere, doubled or left out. */
export type Mutation = 'flip' | 'cut' | 'splice';

export function mutate(bytes: Buffer, random: () => number): { kind: Mutation; bytes: Buffer } {
  const below = (limit: number) => Math.floor(random() * limit);
  const choice = random();
  if (choice < 0.34) return { kind: 'cut', bytes: bytes.subarray(0, 1 + below(bytes.length - 1)) };
  if (choice < 0.67) {
    const changed = Buffer.from(bytes);
    for (let count = 1 + below(8); count > 0; count -= 1) changed[below(changed.length)] = below(256);
    return { kind: 'flip', bytes: changed };
  }
  const [from, to] = [below(bytes.length), below(bytes.length)].toSorted((one, other) => one - other);
  const [part, at] = [bytes.subarray(from, to), below(bytes.length)];
  const rest = random() < 0.5 ? bytes : Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  const spliced = random() < 0.3 ? rest : Buffer.concat([rest.subarray(0, at), part, rest.subarray(at)]);
  return { kind: 'splice', bytes: spliced };
}
