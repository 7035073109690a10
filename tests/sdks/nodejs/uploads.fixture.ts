import type OSS from 'ali-oss';
import type { SdkLine, SdkRun } from '../house.fixture.js';

/**
 * Uploads every case by every operation that ali-oss has. Self-contained, as it also runs in a page:
 * it may use nothing of this file.
 */
export async function uploadAll(Client: typeof OSS, run: SdkRun, signature: 'v1' | 'v4'): Promise<SdkLine[]> {
  const isV4 = signature === 'v4';
  const { endpoint, bucket, accessKeyId, accessKeySecret, region } = run;
  const options = { endpoint, bucket, accessKeyId, accessKeySecret, region: `oss-${region}` };
  // Path style; the client's types lack this option.
  const client = new Client({ ...options, authorizationV4: isV4, sldEnable: true } as OSS.Options);
  const inNode = typeof Buffer !== 'undefined';
  const bodyOf = (text: string) => (inNode ? Buffer.from(text) : new File([text], 'content.txt')) as Buffer;
  const base64 = (value: unknown) => {
    const bytes = new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
    return btoa(String.fromCodePoint(...bytes));
  };
  interface Upload {
    key: string;
    content: string;
    vars: Record<string, string>;
    callbackUrl: string;
  }
  type Outcome = Pick<SdkLine, 'status' | 'answer' | 'raised' | 'code'>;
  const tell = ({ data, res }: { data?: unknown; res: { status: number } }): Outcome => ({
    status: res.status,
    answer: data,
    raised: false,
    code: null,
  });
  /** The page's own fetch: what is compared is status and answer, for there is no SDK in between. */
  const tellAnswer = async (response: Response): Promise<Outcome> => {
    const text = await response.text();
    if (response.status !== 203) return { status: response.status, answer: text };
    return { status: 203, raised: true, code: /<Code>(.*)<\/Code>/.exec(text)?.[1] ?? null };
  };
  const sdkCallback = ({ vars, callbackUrl }: Upload): OSS.ObjectCallback =>
    ({
      url: callbackUrl,
      body: run.callbackBody,
      contentType: 'application/x-www-form-urlencoded',
      // The SDK writes `x:` before each name.
      customValue: Object.fromEntries(Object.entries(vars).map(([name, value]) => [name.slice(2), value])),
    }) as unknown as OSS.ObjectCallback;
  const plainCallback = ({ callbackUrl }: Upload) =>
    base64({
      callbackUrl,
      callbackBody: run.callbackBody,
      callbackBodyType: 'application/x-www-form-urlencoded',
    });

  const put = async (upload: Upload) =>
    tell(await client.put(upload.key, bodyOf(upload.content), { callback: sdkCallback(upload) }));

  const resumable = async (upload: Upload) =>
    tell(
      (await client.multipartUpload(upload.key, bodyOf(upload.content), {
        callback: sdkCallback(upload),
      })) as never,
    );

  const multipart = async (upload: Upload) => {
    const { key, content } = upload;
    const { uploadId } = await client.initMultipartUpload(key);
    const file = bodyOf(content);
    const size = new TextEncoder().encode(content).length;
    const part = await client.uploadPart(key, uploadId, 1, file, 0, size);
    const { etag } = part as unknown as { etag: string };
    const completed = await client.completeMultipartUpload(key, uploadId, [{ number: 1, etag }], {
      callback: sdkCallback(upload),
    } as OSS.CompleteMultipartUploadOptions);
    return tell(completed as never);
  };

  const presigned = async (upload: Upload) => {
    const { key, vars, content } = upload;
    const queries = { callback: plainCallback(upload), 'callback-var': base64(vars) };
    const url = isV4
      ? await client.signatureUrlV4('PUT', 600, { headers: {}, queries }, key)
      : client.signatureUrl(key, {
          method: 'PUT',
          expires: 600,
          callback: sdkCallback(upload),
          'Content-Type': 'text/plain',
        } as never);
    const headers = isV4 ? {} : { 'content-type': 'text/plain' };
    return tellAnswer(await fetch(url, { method: 'PUT', body: new TextEncoder().encode(content), headers }));
  };

  const form = async (upload: Upload) => {
    const { key, vars, content } = upload;
    const now = new Date();
    const date = now.toISOString().replaceAll(/[-:]|\.\d+/g, '');
    const credential = `${accessKeyId}/${date.slice(0, 8)}/${region}/oss/aliyun_v4_request`;
    const v4Fields = {
      'x-oss-signature-version': 'OSS4-HMAC-SHA256',
      'x-oss-credential': credential,
      'x-oss-date': date,
    };
    const policy = {
      expiration: new Date(now.getTime() + 600_000).toISOString(),
      conditions: [
        { bucket },
        ...(isV4 ? Object.entries(v4Fields).map((pair) => Object.fromEntries([pair])) : []),
      ],
    };
    const signer = client as unknown as {
      calculatePostSignature(policy: object): Record<string, string>;
      signPostObjectPolicyV4(policy: object, date: Date): string;
    };
    const fields = isV4
      ? {
          ...v4Fields,
          policy: base64(policy),
          'x-oss-signature': signer.signPostObjectPolicyV4(policy, now),
        }
      : signer.calculatePostSignature(policy);
    const body = new FormData();
    for (const [name, value] of Object.entries({ key, ...fields, callback: plainCallback(upload), ...vars }))
      body.append(name, value);
    body.append('file', new Blob([content]), 'content.txt');
    return tellAnswer(await fetch(`${endpoint}/${bucket}/`, { method: 'POST', body }));
  };

  // The browser build does not sign forms.
  const operations = { put, multipart, resumable, presigned, ...(inNode && { form }) };
  const lines: SdkLine[] = [];
  for (const { name, key: caseKey, vars, content } of [...run.cases, run.failingCase]) {
    const callbackUrl = name === run.failingCase.name ? run.failingCallbackUrl : run.callbackUrl;
    for (const [operation, upload] of Object.entries(operations)) {
      const key = `${inNode ? 'node' : 'browser'}/${signature}/${operation}/${caseKey}`;
      const outcome = await upload({ key, content, vars, callbackUrl }).catch(
        (error: { status?: number; code?: string; message?: string }): Outcome => ({
          status: error.status ?? null,
          raised: true,
          code: error.code ?? error.message ?? null,
        }),
      );
      lines.push({ operation: operation as SdkLine['operation'], signature, case: name, key, ...outcome });
    }
  }
  return lines;
}
