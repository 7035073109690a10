/** Takes the place of the bucket in the paths of the emulator's own pages; no bucket can have this name. */
export const ownNamespace = '-';
