import { readFileSync } from 'node:fs';
import type { SdkCase, SdkLine, SdkRun } from '../house.fixture.js';
import { type RawAnswer, sendRaw } from './raw-request.fixture.js';
import { percent, percentButSlash, signatureV1, signatureV4 } from './signing.fixture.js';

export type Sdk = 'csharp' | 'android' | 'ios';
type Signature = 'v1' | 'v4';

const validSeconds = 600;

/** Replays what an SDK sends for every case by every operation and both signatures. */
export async function replayAll(sdk: Sdk, run: SdkRun): Promise<SdkLine[]> {
  const lines: SdkLine[] = [];
  for (const signature of ['v1', 'v4'] as const) {
    for (const operation of ['put', 'multipart', 'presigned'] as const) {
      for (const one of [...run.cases, run.failingCase]) {
        const isFailing = one === run.failingCase;
        const url = isFailing ? run.failingCallbackUrl : run.callbackUrl;
        const key = `${sdk}/${operation}-${signature}/${one.key}`;
        const replay = new Replay({ sdk, signature, run, key }, jsonOf(sdk, run, url, one));
        const { status, body } = await replay.upload(operation, one.content);
        const line = { operation, signature, case: one.name, key, status };
        // All three take the 203 for an error, whose code they read from the XML.
        const code = /<Code>(.*?)<\/Code>/.exec(body)?.[1] ?? null;
        lines.push(isFailing ? { ...line, raised: status === 203, code } : { ...line, answer: body });
      }
    }
  }
  return lines;
}

/** `callback` and `callback-var` in the Base64 of the JSON that the SDK writes. */
function jsonOf(sdk: Sdk, run: SdkRun, callbackUrl: string, { vars }: SdkCase) {
  const encode = (value: unknown) => {
    const json = JSON.stringify(value);
    return Buffer.from(sdk === 'android' ? json.replaceAll('/', '\\/') : json).toString('base64');
  };
  return { callback: encode({ callbackUrl, callbackBody: run.callbackBody }), callbackVar: encode(vars) };
}

class Replay {
  readonly #values: Record<string, string>;

  constructor(
    readonly what: { sdk: Sdk; signature: Signature; run: SdkRun; key: string },
    callbacks: { callback: string; callbackVar: string },
  ) {
    const { run, key } = what;
    this.#values = {
      ...callbacks,
      host: new URL(run.endpoint).host.replace('localhost', '127.0.0.1'),
      path: percentButSlash(`/${run.bucket}/${key}`),
      accessKeyId: run.accessKeyId,
      region: run.region,
      cr: '\r',
    };
  }

  async upload(operation: 'put' | 'multipart' | 'presigned', content: string): Promise<RawAnswer> {
    if (operation !== 'multipart') return this.#send(operation, { content });
    const initiated = await this.#send('initiate', {});
    const uploadId = /<UploadId>(.*?)<\/UploadId>/.exec(initiated.body)?.[1];
    if (!uploadId) return initiated;
    const part = await this.#send('part', { uploadId, content });
    const etag = part.headers.get('etag')?.replaceAll('"', '');
    return etag ? this.#send('complete', { uploadId, etag }) : part;
  }

  async #send(name: string, values: Record<string, string>): Promise<RawAnswer> {
    const { sdk, signature, run, key } = this.what;
    const now = new Date();
    const isoDate = `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
    const expires = String(Math.floor(now.getTime() / 1000) + validSeconds);
    const day = isoDate.slice(0, 8);
    const known: Record<string, string> = {
      ...this.#values,
      ...values,
      httpDate: now.toUTCString(),
      isoDate,
      day,
      expires,
    };
    const [headTemplate, bodyTemplate] = readTemplate(sdk, name, signature);
    const body = Buffer.from(fill(bodyTemplate, known));
    const unsigned = { ...known, length: String(body.length), signature: '', authorization: '' };
    const sign = signature === 'v1' ? signatureV1 : signatureV4;
    const resource = `/${run.bucket}/${key}`;
    const signed = sign(fill(headTemplate, unsigned), { ...run, resource, expires });
    const scope = `${day}/${run.region}/oss/aliyun_v4_request`;
    const authorization =
      signature === 'v1'
        ? `OSS ${run.accessKeyId}:${signed}`
        : `OSS4-HMAC-SHA256 Credential=${run.accessKeyId}/${scope},Signature=${signed}`;
    const head = fill(headTemplate, { ...unsigned, signature: signed, authorization });
    return sendRaw(known['host'] ?? '', head, body);
  }
}

/** Head with CRLF, and body, of what an SDK sends; see the README beside the files. */
function readTemplate(sdk: Sdk, name: string, signature: Signature): [head: string, body: string] {
  const url = new URL(`../../../libs/oss/test-data/sdk-requests/${sdk}/${name}.http`, import.meta.url);
  const text = readFileSync(url, 'utf8').replace(/\n$/, '');
  const end = text.includes('\n\n') ? text.indexOf('\n\n') : text.length;
  const head = text
    .slice(0, end)
    .split('\n')
    .filter((line) => !line.startsWith(signature === 'v1' ? 'V4| ' : 'V1| '))
    .map((line) => `${line.replace(/^V[14]\| /, '')}\r\n`)
    .join('');
  return [`${head}\r\n`, text.slice(end + 2)];
}

/** @throws at a placeholder that has no value */
function fill(template: string, values: Record<string, string>): string {
  return template.replaceAll(
    /\{(?:(percent|percent-but-slash) )?(\w+)\}/g,
    (_, how: string, name: string) => {
      const value = values[name];
      if (value === undefined) throw new Error(`no value for {${name}}`);
      if (how === 'percent') return percent(value);
      return how === 'percent-but-slash' ? percentButSlash(value) : value;
    },
  );
}
