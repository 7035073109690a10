/** Request headers by lower-case name; repeated ones are joined by commas. */
export type EventHeaders = Readonly<Record<string, string | undefined>>;

/** Services that push events over HTTP. */
export type EventSender = 'smq' | 'eventbridge';

/** Identifies the sender of a push by its specific headers; undefined if unknown. */
export function eventSenderOf(headers: EventHeaders): EventSender | undefined {
  const names = Object.keys(headers);
  if (names.some((name) => name.startsWith('x-mns-'))) return 'smq';
  if (names.some((name) => name.startsWith('x-eventbridge-'))) return 'eventbridge';
  return undefined;
}
