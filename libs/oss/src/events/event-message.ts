import { isUtf8 } from 'node:buffer';
import { LandfallError } from '#runtime';
import { decodeStrictBase64 } from '../wire/base64.js';
import { readXmlRoot, xmlText } from '../wire/xml.js';

/** Maximum layers; a notification with base64 of JSON has three. */
const layersMax = 4;

/**
 * Extracts the JSON written by OSS from a push or queue message. It may be wrapped in an SMQ notification (format XML
 * or JSON; SIMPLIFIED has none) and in base64, in any combination. Layers are recognised by their content, because the
 * Content-Type of a push depends on the subscription.
 * @throws LandfallError event.body_malformed
 */
export function readEventMessage(body: Buffer): unknown {
  let layer = body;
  for (let layers = 0; layers < layersMax; layers++) {
    const inner = openLayer(layer);
    if ('json' in inner) return inner.json;
    layer = inner;
  }
  throw malformed(`more than ${layersMax} wrappings around the message`);
}

function openLayer(bytes: Buffer): Buffer | { json: unknown } {
  if (!isUtf8(bytes)) throw malformed('the message is not UTF-8');
  const text = bytes
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trim();
  if (text === '') throw malformed('the message is empty');
  if (text.startsWith('<')) return Buffer.from(readXmlNotification(text));
  if (text.startsWith('{') || text.startsWith('[')) {
    const json = parseJson(text);
    const message = messageOf(json);
    return message === undefined ? { json } : Buffer.from(message);
  }
  const decoded = decodeStrictBase64(text.replaceAll(/\s+/g, ''));
  if (!decoded) throw malformed('the message is neither JSON nor XML nor base64');
  return decoded;
}

function readXmlNotification(text: string): string {
  const notification = readXmlRoot(text, 'Notification');
  if (!notification) throw malformed('the XML is not a Notification');
  return xmlText(notification, 'Message');
}

/** The message of a JSON notification; undefined if it is not one. */
function messageOf(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null || !Object.hasOwn(json, 'Message')) return undefined;
  const message: unknown = (json as { Message: unknown }).Message;
  return typeof message === 'string' ? message : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which may contain a ticket.
    throw malformed('the message is not JSON');
  }
}

function malformed(detail: string): LandfallError {
  return new LandfallError('event.body_malformed', detail);
}
