import { restoreState, type StoredObject } from '../store/stored-object.js';
import type { XmlElement } from '../wire/xml.js';

/** The restore status of a listed object; empty if it has none. */
export function restoreElements(object: StoredObject): XmlElement[] {
  const state = restoreState(object, new Date());
  return state === undefined ? [] : [['RestoreInfo', state]];
}
