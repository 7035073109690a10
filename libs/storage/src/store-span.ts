/** The span of a request to the store. It contains neither the URL, which is signed, nor the key, which may be secret. */
export const storeSpan = (method: 'HEAD' | 'GET' | 'PUT' | 'DELETE') => ({
  name: `store ${method}`,
  kind: 'client' as const,
  facts: { 'http.request.method': method },
});
