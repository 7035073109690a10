import { invalidArgument, type OssRefusal } from '#oss';
import { refusal } from './refusals.js';
import { recordOf } from './xml.js';

type Children = Record<string, unknown>;

/** The elements with this name, however many there are. */
export function elementsOf(parent: Children, name: string): unknown[] {
  const value = parent[name];
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** The children of elements with this name. @throws OssRefusal MalformedXML if one has none */
export function childrenOf(parent: Children, name: string): Children[] {
  return elementsOf(parent, name).map(recordOf);
}

/** The texts of the elements with this name. @throws OssRefusal MalformedXML if one has children */
export function textsOf(parent: Children, name: string): string[] {
  return elementsOf(parent, name).map((value) => {
    if (typeof value !== 'string') throw refusal('MalformedXML');
    return value;
  });
}

/** The text of the only element with this name; undefined if there is none. @throws OssRefusal MalformedXML */
export function textOf(parent: Children, name: string): string | undefined {
  const [text, ...more] = textsOf(parent, name);
  if (more.length > 0) throw refusal('MalformedXML');
  return text;
}

/** The text of an element that must be there and be one of these. @throws OssRefusal MalformedXML */
export function choiceOf(parent: Children, name: string, choices: readonly string[]): string {
  const text = textOf(parent, name);
  if (text === undefined || !choices.includes(text)) throw refusal('MalformedXML');
  return text;
}

/** InvalidArgument that names the element and its value. */
export function invalidValue(name: string, value: string, message: string): OssRefusal {
  return invalidArgument(message, undefined, { ArgumentName: name, ArgumentValue: value.slice(0, 200) });
}
