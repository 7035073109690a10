import { useEffect } from 'preact/hooks';
import { type Loaded, useLoaded } from './use-loaded.js';

/**
 * Like `useLoaded`, but also reloads every `everyMs` while the page is visible, and when it becomes visible again.
 */
export function useRefreshed<Value>(
  load: (signal: AbortSignal) => Promise<Value>,
  dependencies: readonly unknown[],
  everyMs: number,
): Loaded<Value> {
  const loaded = useLoaded(load, dependencies);
  const { isLoading, reload } = loaded;
  useEffect(() => {
    if (isLoading) return;
    const isHidden = () => document.visibilityState === 'hidden';
    const timer = isHidden() ? undefined : setTimeout(reload, everyMs);
    const look = () => (isHidden() ? clearTimeout(timer) : reload());
    document.addEventListener('visibilitychange', look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [isLoading, reload, everyMs]);
  return loaded;
}
