/** A signal aborted by Ctrl-C and SIGTERM, so that a command that follows something can end cleanly. */
export function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort());
  return stopping.signal;
}
