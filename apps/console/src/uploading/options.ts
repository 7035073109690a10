import { signal } from '@preact/signals';
import type { TicketRequest } from '@landfall/client/browser';

/** A var being typed; one with an empty name is ignored. */
export interface Var {
  readonly name: string;
  readonly value: string;
}

/** The maximum per ticket. */
export const varsMax = 20;

/** The options for the files chosen next. */
export const pipeline = signal('');
export const vars = signal<readonly Var[]>([{ name: '', value: '' }]);

/** The ticket request for a file. Invalid names are left to the api, which explains the error. */
export function requestFor({ name, type }: File): TicketRequest {
  const named = vars.peek().filter((one) => one.name.trim() !== '');
  const chosen = pipeline.peek().trim();
  return {
    // Some systems allow slashes in file names; in a key they would become folders.
    fileName: name.replaceAll(/[/\\]/g, '_'),
    ...(/^[a-z0-9][\w!#$&^.+-]*\/[a-z0-9][\w!#$&^.+-]*$/.test(type) ? { contentType: type } : {}),
    ...(chosen === '' ? {} : { pipeline: chosen }),
    vars: Object.fromEntries(named.map((one) => [one.name.trim(), one.value])),
  };
}
