import { signal } from '@preact/signals';
import { Landfall } from '@landfall/client/browser';

/** Who looks: nobody yet, or the holder of a key. `reason` says why a session ended. */
export type Session =
  | { readonly status: 'closed'; readonly reason: 'none' | 'refused' | 'left' }
  | { readonly status: 'open'; readonly id: number; readonly client: Landfall };

/** Lost with its tab: nothing of it is kept, and no cookie is set that a foreign page could use. */
const storageName = 'landfall.key';
let opened = 0;

export const session = signal<Session>({ status: 'closed', reason: 'none' });
const known = keyOfAddress() ?? sessionStorage.getItem(storageName);
if (known !== null) openSession(known);

/** Opens a session with an API key or another bearer token. Whether it is good, the first request tells. */
export function openSession(key: string): void {
  sessionStorage.setItem(storageName, key);
  opened += 1;
  session.value = { status: 'open', id: opened, client: clientFor(key) };
}

export function closeSession(reason: 'refused' | 'left'): void {
  sessionStorage.removeItem(storageName);
  session.value = { status: 'closed', reason };
}

/** A client whose session ends as soon as the api refuses its key: it may be revoked while the page is open. */
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

/** The client of the open session. Pages are shown in one alone. */
export function client(): Landfall {
  if (session.value.status !== 'open') throw new Error('no session is open');
  return session.value.client;
}

/** The header by which the api knows the reader, for what asks it without the client: a player that needs the key of a stream. */
export function authorization(): string {
  return `Bearer ${sessionStorage.getItem(storageName) ?? ''}`;
}

/** `#key=…`, as `npm start` prints it: never sent to a server, and taken out of the address at once. */
function keyOfAddress(): string | null {
  const key = new URLSearchParams(location.hash.slice(1)).get('key');
  if (key !== null) history.replaceState(null, '', location.pathname + location.search);
  return key;
}
