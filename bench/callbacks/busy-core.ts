/** A process that keeps one core busy for as long as it runs. */
const sliceMs = 20;

function work(): void {
  const endsAt = performance.now() + sliceMs;
  while (performance.now() < endsAt);
  // Yields, so that the disconnect event can be handled.
  setImmediate(work);
}

process.once('disconnect', () => process.exit(0));
process.send?.({ type: 'ready' });
work();
