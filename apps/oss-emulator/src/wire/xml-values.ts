import { invalidArgument, type OssRefusal } from '#oss';
import { refusal } from './refusals.js';
import { recordOf } from './xml.js';

type Children = Record<string, unknown>;

/** All elements with this name. */
export function elementsOf(parent: Children, name: string): unknown[] {
  const value = parent[name];
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/**
 * The children of all elements with this name.
 * @throws OssRefusal MalformedXML if one has no children
 */
export function childrenOf(parent: Children, name: string): Children[] {
  return elementsOf(parent, name).map(recordOf);
}

/**
 * The texts of all elements with this name.
 * @throws OssRefusal MalformedXML if one has children
 */
export function textsOf(parent: Children, name: string): string[] {
  return elementsOf(parent, name).map((value) => {
    if (typeof value !== 'string') throw refusal('MalformedXML');
    return value;
  });
}

/**
 * The text of an element that may occur at most once; undefined if it is absent.
 * @throws OssRefusal MalformedXML
 */
export function textOf(parent: Children, name: string): string | undefined {
  const [text, ...more] = textsOf(parent, name);
  if (more.length > 0) throw refusal('MalformedXML');
  return text;
}

/**
 * The text of a required element, which must be one of `choices`.
 * @throws OssRefusal MalformedXML
 */
export function choiceOf(parent: Children, name: string, choices: readonly string[]): string {
  const text = textOf(parent, name);
  if (text === undefined || !choices.includes(text)) throw refusal('MalformedXML');
  return text;
}

/** InvalidArgument that names the element and its value. */
export function invalidValue(name: string, value: string, message: string): OssRefusal {
  return invalidArgument(message, undefined, { ArgumentName: name, ArgumentValue: value.slice(0, 200) });
}
