import type { IssuedTicket, Landfall, TicketRequest } from '#client';
import { printFields, printJson } from './print.js';

/** Issues a ticket and prints how to upload with it. */
export async function issueTicket(
  landfall: Landfall,
  request: TicketRequest,
  { json }: { json: boolean },
): Promise<number> {
  const ticket = await landfall.tickets.issue(request);
  if (json) printJson(ticket);
  else {
    const { id, bucket, objectKey, expiresAt } = ticket;
    printFields({ id, bucket, objectKey, expiresAt });
    console.log(`\nUpload a file with it:\n\n  ${asCurl(ticket)}`);
  }
  return 0;
}

/** Uses `--form-string`, because `-F` would treat a value that begins with `@` or `<` as a file. */
function asCurl({ form }: IssuedTicket): string {
  const fields = Object.entries(form.fields).map(
    ([name, value]) => `--form-string ${quote(`${name}=${value}`)}`,
  );
  return ['curl', ...fields, '-F file=@FILE', quote(form.url)].join(' ');
}

/** Quotes text for a POSIX shell; only the single quote itself needs escaping. */
function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
