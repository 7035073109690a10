import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';

/** A signed request from the emulator to an application. */
export interface OutgoingRequest {
  readonly url: string;
  readonly method: 'POST';
  /** Path and query exactly as written in the URL; a URL parser would normalise what the signature covers. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Path and query of a URL, exactly as written. */
export function targetOf(url: string): string {
  return url.replace(/^https?:\/\/[^/?]*/i, '').replace(/^(?!\/)/, '/');
}

/** The connection was never established. */
export class Unconnected extends Error {
  override readonly name = 'Unconnected';
}

/**
 * Sends a request on its own connection, without following redirects.
 * @param sni whether TLS sends the host name of the Host header as SNI
 * @throws Unconnected, and other connection errors
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
        ? // Without callbackSNI, OSS sends no SNI; with it, the name in the Host header. OSS does not document whether it
          // verifies certificates; to be safe, they are verified here. NODE_EXTRA_CA_CERTS adds private ones.
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

/** How much of a body is read when it matters only to a journal. */
const shownBytes = 16 * 1024;

/** Reads the beginning of a body, or what arrived of it before the connection broke. */
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
    // The outcome is already decided; the journal shows what arrived before the connection broke.
    return Buffer.concat(chunks);
  }
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
