import type { Logger } from './logger.js';

/**
 * Says to the process that started us, over an IPC channel, that we do our work, and where. One that is gone does not hear it.
 * @param managementUrl of the management port, if there is one
 */
export function tellReady(url?: string, managementUrl?: string | null): void {
  process.send?.({ type: 'ready', url, managementUrl: managementUrl ?? undefined }, () => undefined);
}

/**
 * Ends the process in order. On SIGTERM, SIGINT or the death of the process that started us over an IPC channel, `close` runs
 * once; the process exits with 0 when it is done, or with 1 after `deadlineMs`.
 * @returns what does the same for a reason of the caller's
 */
export function closeOnSignal(
  logger: Logger,
  deadlineMs: number,
  close: () => Promise<void>,
): (reason: string) => void {
  let closing = false;
  const end = (reason: string) => {
    if (closing) return;
    closing = true;
    logger.info({ reason }, 'shutting down');
    setTimeout(() => {
      logger.error({ deadlineMs }, 'shutdown took too long; giving up');
      process.exit(1);
    }, deadlineMs).unref();
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'shutdown failed');
        process.exit(1);
      },
    );
  };
  // Not once: Ctrl-C in a terminal reaches us twice, from the terminal and from the process that started us.
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('SIGINT'));
  // Undefined without a parent who listens; false when it was lost while we started: no event comes then.
  if (process.connected === false) end('parent process ended');
  process.once('disconnect', () => end('parent process ended'));
  process.channel?.unref();
  return end;
}
