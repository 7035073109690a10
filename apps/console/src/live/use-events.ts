import type { StreamedEvent } from '@landfall/client/browser';
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { client } from '../session/session.js';

type Listener = (events: readonly StreamedEvent[]) => void;

/** How often listeners get what happened: a thousand events a second must not draw a thousand times. */
const drawnEveryMs = 250;
/** So many are told of at once, whatever the time: the timers of a tab in the background hardly run. */
const freshMax = 1_000;
/** Why nothing more is told of though somebody listens: the api refuses the stream. Null while all is well. */
export const refusal = signal<unknown>(null);
const listeners = new Set<Listener>();
let following: AbortController | undefined;

/**
 * Tells of events as they happen, several at once. One stream serves the whole page, however many listen; it begins with the
 * first listener and ends with the last. The client opens it again where it was when it breaks.
 */
export function useEvents(listener: Listener): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const listen: Listener = (events) => latest.current(events);
    listeners.add(listen);
    following ??= follow();
    return () => {
      listeners.delete(listen);
      if (listeners.size > 0) return;
      following?.abort();
      following = undefined;
    };
  }, []);
}

/** After a refusal. */
export function followAgain(): void {
  if (listeners.size > 0) following ??= follow();
  else refusal.value = null;
}

function follow(): AbortController {
  const controller = new AbortController();
  const { signal } = controller;
  refusal.value = null;
  let fresh: StreamedEvent[] = [];
  const tell = () => {
    if (fresh.length === 0) return;
    const events = fresh;
    fresh = [];
    for (const listener of listeners) listener(events);
  };
  const timer = setInterval(tell, drawnEveryMs);
  const read = async () => {
    try {
      for await (const event of client().events.stream({ signal })) {
        fresh.push(event);
        if (fresh.length >= freshMax) tell();
      }
    } catch (problem) {
      // Nobody listens any more, or the session has ended: that is seen elsewhere.
      if (!signal.aborted) refusal.value = problem;
    } finally {
      clearInterval(timer);
      if (following === controller) following = undefined;
    }
  };
  void read();
  return controller;
}
