import { signal } from '@preact/signals';
import type { TicketRequest } from '@landfall/client/browser';

/** A var as it is typed; an empty name is none. */
export interface Var {
  readonly name: string;
  readonly value: string;
}

/** As many as a ticket takes. */
export const varsMax = 20;

/** What is said with the files that are chosen next. */
export const pipeline = signal('');
export const vars = signal<readonly Var[]>([{ name: '', value: '' }]);

/** What a ticket is asked for with a file. Names that no key may have are left to the api, which says what is wrong. */
export function requestFor({ name, type }: File): TicketRequest {
  const named = vars.peek().filter((one) => one.name.trim() !== '');
  const chosen = pipeline.peek().trim();
  return {
    // A file name has slashes only where a system allows it, a key would take them for folders.
    fileName: name.replaceAll(/[/\\]/g, '_'),
    ...(/^[a-z0-9][\w!#$&^.+-]*\/[a-z0-9][\w!#$&^.+-]*$/.test(type) ? { contentType: type } : {}),
    ...(chosen === '' ? {} : { pipeline: chosen }),
    vars: Object.fromEntries(named.map((one) => [one.name.trim(), one.value])),
  };
}
