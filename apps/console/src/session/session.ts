import { signal } from '@preact/signals';
import { Landfall } from '@landfall/client/browser';

/** Whether a user is logged in. `reason` says why there is no session. */
export type Session =
  | { readonly status: 'closed'; readonly reason: 'none' | 'refused' | 'left' }
  | { readonly status: 'open'; readonly id: number; readonly client: Landfall };

/** In session storage, which ends with the tab. No cookie is used, since requests from other sites would carry it. */
const storageName = 'landfall.key';
let opened = 0;

export const session = signal<Session>({ status: 'closed', reason: 'none' });
const known = keyOfAddress() ?? sessionStorage.getItem(storageName);
if (known !== null) openSession(known);

/** Opens a session with an API key or another bearer token, without verifying it; the first request does. */
export function openSession(key: string): void {
  sessionStorage.setItem(storageName, key);
  opened += 1;
  session.value = { status: 'open', id: opened, client: clientFor(key) };
}

export function closeSession(reason: 'refused' | 'left'): void {
  sessionStorage.removeItem(storageName);
  session.value = { status: 'closed', reason };
}

/**
 * A client that closes the session as soon as the api refuses its key, which may be revoked while the page is open.
 */
export function clientFor(key: string): Landfall {
  return new Landfall({
    baseUrl: location.origin,
    apiKey: key,
    fetch: async (...request) => {
      const answer = await fetch(...request);
      if (answer.status === 401 && sessionStorage.getItem(storageName) === key) closeSession('refused');
      return answer;
    },
  });
}

/** The client of the open session. Pages are rendered only within a session. */
export function client(): Landfall {
  if (session.value.status !== 'open') throw new Error('no session is open');
  return session.value.client;
}

/** The Authorization header for requests made without the client: a player needs it to fetch the key of a stream. */
export function authorization(): string {
  return `Bearer ${sessionStorage.getItem(storageName) ?? ''}`;
}

/**
 * Reads `#key=…`, as printed by `npm start`. A fragment is never sent to a server; it is removed from the address at
 * once.
 */
function keyOfAddress(): string | null {
  const key = new URLSearchParams(location.hash.slice(1)).get('key');
  if (key !== null) history.replaceState(null, '', location.pathname + location.search);
  return key;
}
