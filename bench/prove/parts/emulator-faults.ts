/** What goes wrong all the time, at random: callbacks that never come, come twice or are not heard, and requests that fail. */
export function emulatorFaults(seed: number): object {
  return {
    seed,
    rules: [
      { fault: 'callback.drop', share: 0.1 },
      { fault: 'callback.duplicate', share: 0.05 },
      { fault: 'callback.loseAnswer', share: 0.02 },
      { fault: 'request.refuse', share: 0.005 },
      { fault: 'request.reset', share: 0.005 },
      { fault: 'request.loseAnswer', share: 0.005 },
    ],
  };
}
