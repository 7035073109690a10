import { fieldOrders, formChanges } from './form-changes.js';
import { jsonChanges, readObject } from './json-changes.js';
import type { Change } from './target-changes.js';
import { decompressions } from './compression.js';

/** Yields the bodies that OSS may have signed if the received one was changed in transit. */
export function* bodyChanges(
  received: Buffer,
  headers: Readonly<Record<string, string>>,
): Generator<Change<Buffer>> {
  const contentLength = Number(headers['content-length'] ?? received.length);
  if (contentLength < received.length)
    yield {
      sent: received.subarray(0, contentLength),
      cause: 'bytes were appended to the body that Content-Length announces',
    };
  yield* decompressions(received);
  const bom = Buffer.from('\ufeff');
  if (received.subarray(0, 3).equals(bom))
    yield { sent: received.subarray(3), cause: 'a byte order mark was added' };
  else yield { sent: Buffer.concat([bom, received]), cause: 'the byte order mark was removed' };
  const text = received.toString('utf8');
  for (const { sent, cause } of textChanges(text)) yield { sent: Buffer.from(sent), cause };
  yield { sent: Buffer.from(text, 'latin1'), cause: 'the body was read as Latin-1 and written as UTF-8' };
  yield {
    sent: Buffer.from(received.toString('latin1')),
    cause: 'the charset was changed from UTF-8 to Latin-1',
  };
  for (const charset of ['gbk', 'utf-16le', 'utf-16be'])
    yield {
      sent: Buffer.from(new TextDecoder(charset).decode(received)),
      cause: `the charset was changed from UTF-8 to ${charset.toUpperCase()}`,
    };
}

function* textChanges(text: string): Generator<Change<string>> {
  yield { sent: text.replace(/\r?\n$/, ''), cause: 'a line break was appended to the body' };
  yield { sent: `${text}\n`, cause: 'the line break after the body was removed' };
  yield { sent: `${text}\r\n`, cause: 'the line break after the body was removed' };
  yield { sent: text.trim(), cause: 'whitespace was added around the body' };
  yield { sent: text.replaceAll('\r\n', '\n'), cause: 'line breaks were changed from LF to CRLF' };
  yield { sent: text.replaceAll(/\r?\n/g, '\r\n'), cause: 'line breaks were changed from CRLF to LF' };
  const json = readObject(text);
  if (json === undefined) {
    yield* formChanges(text);
    yield* fieldOrders(text);
  } else yield* jsonChanges(json);
}
