/**
 * Every fault that the emulator can inject, by name, with its effect. The first word of a name says where it happens.
 */
export const faultTable = {
  'request.delay': 'The request waits delayMs before it is carried out.',
  'request.refuse':
    'Answers status and code (503 ServiceUnavailable if not given) instead of carrying out the request.',
  'request.reset': 'Resets the connection instead of carrying out the request.',
  'request.truncate':
    'Carries out the request, and breaks the connection in the middle of the body that answers it.',
  'request.loseAnswer': 'Carries out the request, and resets the connection instead of answering.',
  'callback.drop':
    'Never sends the callback: the uploader gets 203, as if OSS could not connect to the application.',
  'callback.delay':
    'Sends the callback after delayMs, which count towards the time that OSS waits (5 s): from there on, it is never sent.',
  'callback.duplicate':
    'Sends the callback twice at the same moment; the uploader gets the outcome of the second.',
  'callback.corrupt': 'Changes the last byte of the body after it was signed.',
  'callback.loseAnswer':
    'Sends the callback, and breaks the connection when the answer comes: the uploader gets 203 although the application accepted.',
  'callback.reorder':
    'Holds the callback until another one has been sent, or for delayMs, which count towards the time that OSS waits (5 s). Holds one at a time.',
  'event.drop': 'Never sends the event.',
  'event.delay': 'Sends the event delayMs later.',
  'event.duplicate': 'Sends the event twice at the same moment; the outcome of the second counts.',
  'event.reorder': 'Holds the event until another one has been sent, or for delayMs. Holds one at a time.',
  'event.corrupt': 'Changes the last byte of the body after it was signed, in the first attempt.',
} as const;

export type FaultName = keyof typeof faultTable;
/** The kinds of traffic that faults affect. */
export type FaultPlace = 'request' | 'callback' | 'event';

export const faultNames = Object.keys(faultTable) as FaultName[];
