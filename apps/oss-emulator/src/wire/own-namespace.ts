/** Takes the place of a bucket in the path: no bucket can have this name. */
export const ownNamespace = '-';
