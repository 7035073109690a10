/** Functions that have a shorter name than OSS gives the operation. */
const longerNames: Readonly<Record<string, string>> = {
  abortUpload: 'AbortMultipartUpload',
  completeUpload: 'CompleteMultipartUpload',
  deleteObjects: 'DeleteMultipleObjects',
  initiateUpload: 'InitiateMultipartUpload',
  listUploads: 'ListMultipartUploads',
};

/** The name that OSS gives an operation, such as PutObject: that of the function which carries it out. */
export function operationName({ name }: { readonly name: string }, method: string): string {
  if (name === 'getObject' && method === 'HEAD') return 'HeadObject';
  return longerNames[name] ?? name.charAt(0).toUpperCase() + name.slice(1);
}
