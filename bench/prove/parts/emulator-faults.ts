/**
 * Random faults throughout the run: callbacks that are lost, duplicated or whose response is lost, and requests that
 * fail.
 */
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
