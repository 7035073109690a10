/** The span of a request to the store. Neither its URL, which is signed, nor its key is in it: keys may be secret. */
export const storeSpan = (method: 'HEAD' | 'GET' | 'PUT' | 'DELETE') => ({
  name: `store ${method}`,
  kind: 'client' as const,
  facts: { 'http.request.method': method },
});
