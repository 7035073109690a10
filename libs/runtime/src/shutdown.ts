import type { Logger } from './logger.js';

/**
 * Says to the process that started us, over an IPC channel, that we do our work, and where. One that is gone does not hear it.
 * @param managementUrl of the management port, if there is one
 */
export function tellReady(url?: string, managementUrl?: string | null): void {
  process.send?.({ type: 'ready', url, managementUrl: managementUrl ?? undefined }, () => undefined);
}

/**
 * Node cannot exit while a name is looked up, and libc gives a name server that is silent 5 s, twice, for the name and for all that
 * its search list makes of it: longer than an engine waits. What is set from outside stays.
 */
function limitLookups(): void {
  process.env['RES_OPTIONS'] ||= 'timeout:1 attempts:2';
}

/**
 * Ends the process in order. On SIGTERM, SIGINT or the death of the process that started us over an IPC channel, `close` runs
 * once; the process exits with 0 when it is done, or with 1 after `deadlineMs`. Call it before the first look-up of a name.
 * @returns what does the same for a reason of the caller's
 */
export function closeOnSignal(
  logger: Logger,
  deadlineMs: number,
  close: () => Promise<void>,
): (reason: string) => void {
  limitLookups();
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
