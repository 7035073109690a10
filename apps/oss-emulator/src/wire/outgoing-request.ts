import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';

/** A signed request of the emulator to an application. */
export interface OutgoingRequest {
  readonly url: string;
  readonly method: 'POST';
  /**
   * Path and query, as written in the URL, because the parser would normalise what the signature
   * covers.
   */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Path and query of a URL, just as written there. */
export function targetOf(url: string): string {
  return url.replace(/^https?:\/\/[^/?]*/i, '').replace(/^(?!\/)/, '/');
}

/** The connection was never established. */
export class Unconnected extends Error {
  override readonly name = 'Unconnected';
}

/**
 * Sends a request on a connection of its own, without redirects.
 * @param sni whether TLS names the server of the Host header
 * @throws Unconnected, and other errors of the connection
 */
export function sendOnce(
  { url, method, target, headers, body }: OutgoingRequest,
  sni: boolean,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { protocol, hostname, port } = new URL(url);
  const options = { method, hostname, port, path: target, headers, agent: false as const, signal };
  return new Promise((resolve, reject) => {
    const request =
      protocol === 'https:'
        ? // Without callbackSNI, OSS names no server; with it, the one of the Host header. Certificates are checked, to be on
          // the safe side: OSS says nothing of them. NODE_EXTRA_CA_CERTS makes one's own known.
          requestHttps({ ...options, ...(!sni && { servername: '' }) }, resolve)
        : requestHttp(options, resolve);
    let connected = false;
    request.on('socket', (socket) => socket.once('connect', () => (connected = true)));
    request.on('error', (cause) =>
      reject(connected ? cause : new Unconnected(codeOf(cause) ?? cause.message, { cause })),
    );
    request.end(body);
  });
}

/** How much of an irrelevant body is read for a journal. */
const shownBytes = 16 * 1024;

/** The beginning of a body; what arrived of it, if the connection breaks. */
export async function readBeginning(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      sizeBytes += chunk.length;
      if (sizeBytes >= shownBytes) break;
    }
    return Buffer.concat(chunks);
  } catch {
    // The verdict is already final; the journal shows what arrived before the break.
    return Buffer.concat(chunks);
  }
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
