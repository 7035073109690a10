import type { OssRefusal } from '#oss';
import { commonHeaders, type Exchange } from './exchange.js';
import { writeXml, type XmlElement } from './xml.js';

/** Sends a response with a text or binary body, or without a body. */
export function send(
  exchange: Exchange,
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body: string | Buffer = '',
): void {
  const { outgoing, method } = exchange;
  const length = status === 204 || status === 304 ? {} : { 'content-length': Buffer.byteLength(body) };
  outgoing.writeHead(status, { ...commonHeaders(exchange), ...length, ...toLatin1(headers) });
  outgoing.end(method === 'HEAD' ? undefined : body);
}

/** Converts header values to the form in which Node sends them as UTF-8 bytes. */
export function toLatin1(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Buffer.from(value, 'utf8').toString('latin1')]),
  );
}

/** Sends an XML document. */
export function sendXml(
  exchange: Exchange,
  status: number,
  root: XmlElement,
  headers: Readonly<Record<string, string>> = {},
): void {
  send(exchange, status, { 'content-type': 'application/xml', ...headers }, writeXml(root));
}

/** Sends OSS's error document; for HEAD, in a header. */
export function sendRefusal(
  exchange: Exchange,
  refused: OssRefusal,
  headers: Readonly<Record<string, string>> = {},
): void {
  const root = errorDocument(refused, exchange);
  const { status, ec } = refused;
  const inHeader = exchange.method === 'HEAD' && {
    'x-oss-err': Buffer.from(writeXml(root)).toString('base64'),
  };
  sendXml(exchange, status, root, { ...headers, ...(ec && { 'x-oss-ec': ec }), ...inHeader });
}

/** OSS's error document. */
export function errorDocument(
  { code, message, ec, facts }: OssRefusal,
  { requestId, host }: Pick<Exchange, 'requestId' | 'host'>,
): XmlElement {
  const details: XmlElement[] = Object.entries(facts);
  const diagnosis: XmlElement[] = ec
    ? [
        ['EC', ec],
        ['RecommendDoc', `https://api.aliyun.com/troubleshoot?q=${ec}`],
      ]
    : [];
  return [
    'Error',
    [
      ['Code', code],
      ['Message', message],
      ['RequestId', requestId],
      ['HostId', host],
      ...details,
      ...diagnosis,
    ],
  ];
}
