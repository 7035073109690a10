import { contractBreaches } from './contract.js';

const watched = new Set<string>();
const inner = globalThis.fetch;

/**
 * Validates every response of this api to a `fetch` of the test. The call rejects if a response
 * deviates from docs/openapi.json.
 */
export function watchContract(apiUrl: string): void {
  watched.add(new URL(apiUrl).origin);
  globalThis.fetch = watchingFetch;
}

async function watchingFetch(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
  const answer = await inner(input, init);
  const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
  const { origin, pathname } = new URL(answer.url);
  if (!watched.has(origin) || method === 'HEAD') return answer;
  const contentType = answer.headers.get('content-type') ?? '';
  const breaches = contractBreaches({
    method,
    path: pathname,
    status: answer.status,
    contentType,
    body: await bodyOf(answer, contentType),
  });
  if (breaches.length > 0)
    throw new Error(
      `${method} ${pathname} is not answered as docs/openapi.json says: ${breaches.join('; ')}`,
    );
  return answer;
}

/** Returns the body to validate; a placeholder for types other than JSON, such as endless streams. */
async function bodyOf(answer: Response, contentType: string): Promise<string> {
  return /[/+]json/.test(contentType) || contentType === '' ? answer.clone().text() : '-';
}
