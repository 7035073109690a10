import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import busboy from 'busboy';
import { refusal } from '../wire/refusals.js';

const maxNameBytes = 8 * 1024;
const maxFieldBytes = 2 * 1024 * 1024;
const maxFields = 1000;

/** A form up to and including its file; OSS ignores whatever follows the file. */
export interface PostForm {
  /** By name as sent; a repeated name keeps all its values. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
  readonly file: Readable;
  readonly fileName: string;
  /** Content type of the file's part. */
  readonly fileType: string;
  /** Whether the form was cut off or malformed within its file. */
  readonly isBroken: () => boolean;
}

/**
 * Reads a form until its file begins; the caller consumes the file.
 * @throws OssRefusal RequestIsNotMultiPartContent, MalformedPOSTRequest, FieldItemTooLong,
 * MaxPOSTPreDataLengthExceededError, IncorrectNumberOfFilesInPOSTRequest
 */
export function readPostForm(incoming: IncomingMessage): Promise<PostForm> {
  if (!/^multipart\/form-data\b/i.test(incoming.headers['content-type'] ?? ''))
    throw refusal('RequestIsNotMultiPartContent');
  const parser = openParser(incoming);
  return new Promise((resolve, reject) => {
    const fields = new Map<string, string[]>();
    let totalBytes = 0;
    let fileSeen = false;
    let broken = false;
    const refuse = (code: Parameters<typeof refusal>[0]) => {
      incoming.unpipe(parser);
      incoming.resume();
      reject(refusal(code));
    };
    const begin = (file: Readable, fileName: string, fileType: string) => {
      fileSeen = true;
      resolve({ fields: Object.fromEntries(fields), file, fileName, fileType, isBroken: () => broken });
    };
    parser.on('field', (name, value, { valueTruncated }) => {
      if (fileSeen) return;
      totalBytes += Buffer.byteLength(value);
      if (Buffer.byteLength(name) > maxNameBytes) refuse('FieldItemTooLong');
      else if (valueTruncated || totalBytes > maxFieldBytes) refuse('MaxPOSTPreDataLengthExceededError');
      // A plain text field: FormData's `append('file', 'text')` sets no file name.
      else if (name === 'file') begin(Readable.from([Buffer.from(value)]), '', '');
      else fields.set(name, [...(fields.get(name) ?? []), value]);
    });
    parser.on('fieldsLimit', () => refuse('MaxPOSTPreDataLengthExceededError'));
    parser.on('file', (name, file, { filename, mimeType }) => {
      // An aborted form also fails its file, and a file that is only drained has no other error handler.
      file.on('error', () => undefined);
      if (fileSeen || name !== 'file') return void file.resume();
      begin(file, filename ?? '', mimeType);
    });
    // If there is no file by now, there is none. After a file, the promise is settled and this has no effect.
    parser.on('close', () => refuse('IncorrectNumberOfFilesInPOSTRequest'));
    parser.on('error', () => {
      broken = true;
      refuse('MalformedPOSTRequest');
    });
    incoming.on('error', () => parser.destroy(new Error('the request was aborted')));
    incoming.pipe(parser);
  });
}

function openParser(incoming: IncomingMessage): busboy.Busboy {
  try {
    return busboy({
      headers: incoming.headers,
      defParamCharset: 'utf8',
      limits: { fieldSize: maxFieldBytes, fields: maxFields },
    });
  } catch {
    // The Content-Type has no boundary.
    throw refusal('MalformedPOSTRequest');
  }
}
