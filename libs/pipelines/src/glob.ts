/**
 * Whether `text` matches `glob`: `?` matches one character and `*` any number, except `/`; `**` matches any characters,
 * and together with a following slash also nothing. Everything else matches itself.
 *
 * Tracks all states at once, so the time is bounded by the product of the lengths, whatever the object key.
 */
export function matchesGlob(glob: string, text: string): boolean {
  const steps = glob.match(/\*\*\/|\*\*|[^]/gu) ?? [];
  let states = new Set<number>();
  enter(0, states);
  for (const character of text) {
    const next = new Set<number>();
    for (const state of states) {
      const step = steps[state];
      if (step === '**' || (step === '*' && character !== '/')) enter(state, next);
      else if (step === '**/') {
        next.add(state);
        if (character === '/') enter(state + 1, next);
      } else if (step === character || (step === '?' && character !== '/')) enter(state + 1, next);
    }
    states = next;
  }
  return states.has(steps.length);

  /** Adds a state and the following ones reachable by matching nothing. */
  function enter(state: number, to: Set<number>): void {
    to.add(state);
    if (steps[state]?.startsWith('*')) enter(state + 1, to);
  }
}
