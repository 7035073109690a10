import type { StreamedEvent } from '@landfall/client/browser';
import { useEffect, useRef } from 'preact/hooks';
import { client } from '../session/session.js';

type Listener = (events: readonly StreamedEvent[]) => void;

/** How often listeners get what happened: a thousand events a second must not draw a thousand times. */
const drawnEveryMs = 250;
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

function follow(): AbortController {
  const controller = new AbortController();
  const { signal } = controller;
  let fresh: StreamedEvent[] = [];
  const timer = setInterval(() => {
    if (fresh.length === 0) return;
    const events = fresh;
    fresh = [];
    for (const listener of listeners) listener(events);
  }, drawnEveryMs);
  const read = async () => {
    try {
      for await (const event of client().events.stream({ signal })) fresh.push(event);
    } catch {
      // Its session has ended, or nobody listens any more. The next listener begins another stream.
    } finally {
      clearInterval(timer);
      if (following === controller) following = undefined;
    }
  };
  void read();
  return controller;
}
