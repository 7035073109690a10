/** Headers of a request by their names in lower case, a repeated one joined by commas. */
export type EventHeaders = Readonly<Record<string, string | undefined>>;

/** Who pushes events over HTTP. */
export type EventSender = 'smq' | 'eventbridge';

/** Who sent a push, by the headers that only this sender has; undefined if it is neither's. */
export function eventSenderOf(headers: EventHeaders): EventSender | undefined {
  const names = Object.keys(headers);
  if (names.some((name) => name.startsWith('x-mns-'))) return 'smq';
  if (names.some((name) => name.startsWith('x-eventbridge-'))) return 'eventbridge';
  return undefined;
}
