import { createPublicKey, type KeyObject } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type CapturedCallback, type ExplainedStep, explainCallback, readCapturedCallback } from '#explain';
import { readKeyUrl } from '#oss';
import { LandfallError, loadConfig } from '#runtime';
import { printable } from '../printable.js';

const fileMaxBytes = 2_097_152;
const pemMaxBytes = 16_384;
/** Keeps the search for a cause within a few seconds. */
const hashedBytesMax = 1_073_741_824;

interface ExplainOptions {
  /** A PEM file or a URL. */
  readonly key?: string | undefined;
  readonly prefix?: string | undefined;
  readonly url?: string | undefined;
}

/**
 * Explains a captured callback on standard output. Resolves with 0 if its signature is valid,
 * otherwise with 1.
 * @throws LandfallError request.invalid, config.invalid
 */
export async function explainFile(
  file: string,
  { key, prefix, url }: ExplainOptions,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const { callback } = loadConfig(['callback'], env);
  const captured = readCapturedCallback(await readBounded(file, fileMaxBytes));
  const place = key ?? callback.publicKeyFile;
  const hosts = callback.keyHosts;
  const { holds, steps } = explainCallback(captured, {
    ...(await chooseKey(captured, place, hosts, callback.keyTimeoutMs)),
    pinned: place !== undefined,
    allowedHosts: hosts,
    hashedBytesMax,
    callbackUrl: url,
    pathPrefix: prefix?.replace(/\/$/, '') ?? callback.pathPrefix,
    body: {
      defaultBucket: callback.defaultBucket ?? onlyBucketOf(env),
      fieldNames: callback.fieldNames,
    },
  });
  for (const step of steps) printStep(step);
  console.log(holds ? 'The signature is valid.' : 'The signature is not valid.');
  return holds ? 0 : 1;
}

/** Like the api: its bucket, if it serves only one. The other OSS settings may be unset here. */
function onlyBucketOf(env: NodeJS.ProcessEnv): string | undefined {
  const [bucket, ...others] = (env['OSS_BUCKETS'] ?? '').split(',').map((name) => name.trim());
  return bucket && others.length === 0 ? bucket : undefined;
}

function printStep({ title, verdict, lines }: ExplainedStep): void {
  const [first = '', ...more] = lines;
  console.log(`${verdict.padEnd(6)}${title.padEnd(15)} ${printable(first)}`);
  for (const line of more) console.log(`${' '.repeat(22)}${printable(line)}`);
}

/** Returns the key at the given location, or else the one that the request names if its host is allowed. */
async function chooseKey(
  { headers, logged }: CapturedCallback,
  place: string | undefined,
  hosts: readonly string[],
  timeoutMs: number,
): Promise<{ key: KeyObject | undefined; keySource: string }> {
  // A log line contains no signature to verify with a key.
  if (logged) return { key: undefined, keySource: logged.keySource };
  if (place !== undefined) return { key: await loadKey(place, timeoutMs), keySource: place };
  try {
    const url = readKeyUrl(headers['x-oss-pub-key-url'], hosts).href;
    return { key: await loadKey(url, timeoutMs), keySource: url };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { key: undefined, keySource: `no key: ${reason}; provide one with --key` };
  }
}

/** @throws LandfallError request.invalid */
async function loadKey(place: string, timeoutMs: number): Promise<KeyObject> {
  const pem = /^https?:/.test(place)
    ? await fetchPem(place, timeoutMs)
    : await readBounded(place, pemMaxBytes);
  try {
    return createPublicKey(pem);
  } catch (cause) {
    throw new LandfallError('request.invalid', `${place} does not contain a public key in PEM format`, {
      cause,
    });
  }
}

async function fetchPem(url: string, timeoutMs: number): Promise<Buffer> {
  try {
    const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const chunk of answer.body ?? []) {
      sizeBytes += (chunk as Uint8Array).length;
      if (sizeBytes > pemMaxBytes) throw new Error(`more than ${pemMaxBytes} bytes`);
      chunks.push(chunk as Uint8Array);
    }
    return Buffer.concat(chunks);
  } catch (cause) {
    throw new LandfallError('request.invalid', `the key at ${url} cannot be fetched`, { cause });
  }
}

async function readBounded(file: string, maxBytes: number): Promise<Buffer> {
  let content: Buffer;
  try {
    // A pipe has no known size and may be endless.
    const chunks: Buffer[] = await createReadStream(file, { end: maxBytes }).toArray();
    content = Buffer.concat(chunks);
  } catch (cause) {
    throw new LandfallError('request.invalid', `cannot read ${file}: ${String(cause)}`, { cause });
  }
  if (content.length > maxBytes)
    throw new LandfallError('request.invalid', `${file} is larger than ${maxBytes} bytes`);
  return content;
}
