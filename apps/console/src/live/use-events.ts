import type { StreamedEvent } from '@landfall/client/browser';
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { client, session } from '../session/session.js';

type Listener = (events: readonly StreamedEvent[]) => void;

/** Events are delivered to listeners in batches at this interval, to limit rendering under load. */
const drawnEveryMs = 250;
/** A full batch is delivered at once, because timers hardly run in background tabs. */
const freshMax = 1_000;
/** The error with which the api refused the stream while it has listeners; null otherwise. */
export const refusal = signal<unknown>(null);
const listeners = new Set<Listener>();
let following: AbortController | undefined;

/**
 * Calls the listener with events as they happen, in batches. All listeners share one stream, opened for the first and
 * closed after the last. The client reconnects and resumes when it breaks.
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

/** Reconnects after a refusal. */
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
      // The last listener has gone, or the session has ended, which is handled elsewhere.
      if (!signal.aborted && session.peek().status === 'open') refusal.value = problem;
    } finally {
      clearInterval(timer);
      if (following === controller) following = undefined;
    }
  };
  void read();
  return controller;
}
