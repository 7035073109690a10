/**
 * storage: the object store, Alibaba Cloud OSS or the emulator: asks for objects, streams them to and from files,
 * lists and removes them, signs URLs, and gives one object to a program of others through a range proxy on this machine.
 *
 * Every request goes over a URL that room oss signs (V4), by Node's own fetch: streams, aborts and time limits come
 * with it. Does not belong here: what the objects mean, keys of renditions, signatures themselves.
 */
import './errors.js';

export { ObjectStore } from './object-store.js';
export { withRangeProxy } from './range-proxy.js';
export { removeObjects } from './remove-objects.js';
