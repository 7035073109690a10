/**
 * storage: the object store, Alibaba Cloud OSS or the emulator: queries objects, streams them to
 * and from files, lists and removes them, signs URLs, and serves one object to an external program
 * through a range proxy on this machine.
 *
 * Every request uses a URL signed by room oss (V4) and Node's own fetch, which supports streams,
 * aborts and time limits. Does not belong here: what the objects mean, keys of renditions,
 * signatures themselves.
 */
import './errors.js';

export { ObjectStore } from './object-store.js';
export type { ListedObject } from './read-xml.js';
export { withRangeProxy } from './range-proxy.js';
export { readObjectRange } from './read-object-range.js';
export { removeObjects } from './remove-objects.js';
