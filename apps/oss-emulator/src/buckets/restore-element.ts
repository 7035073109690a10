import { restoreState, type StoredObject } from '../store/stored-object.js';
import type { XmlElement } from '../wire/xml.js';

/** How far the restoration of a listed object is, if there is one. */
export function restoreElements(object: StoredObject): XmlElement[] {
  const state = restoreState(object, new Date());
  return state === undefined ? [] : [['RestoreInfo', state]];
}
