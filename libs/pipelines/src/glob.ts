/**
 * Whether `text` is what `glob` describes: `?` is one character and `*` any number, but no `/`; `**` is any number of any
 * characters, and together with a slash behind it also nothing at all. Everything else stands for itself.
 *
 * All states are followed at once: the time is the product of the lengths, whatever an uploader calls his object.
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

  /** Adds a step, and those behind it that may stand for nothing. */
  function enter(state: number, to: Set<number>): void {
    to.add(state);
    if (steps[state]?.startsWith('*')) enter(state + 1, to);
  }
}
