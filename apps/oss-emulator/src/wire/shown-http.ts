/** A body as shown in a journal. */
export interface ShownBody {
  readonly body: string;
  /** Whether `body` is truncated. */
  readonly bodyIsCut: boolean;
}

/** A request as shown in a journal. */
export interface ShownRequest extends ShownBody {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A response as shown in a journal. */
export interface ShownAnswer extends ShownBody {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

const maxRequestBytes = 64 * 1024;
const maxAnswerBytes = 16 * 1024;

/** Response headers that may explain OSS's verdict. */
const shownHeaders = new Set(
  'content-type content-length transfer-encoding location retry-after server via x-request-id'.split(' '),
);

/** Prepares a sent request for a journal. */
export function showRequest({
  method,
  target,
  headers,
  body,
}: Omit<ShownRequest, keyof ShownBody> & { readonly body: Buffer }): ShownRequest {
  return { method, target, headers, ...showBody(body, maxRequestBytes) };
}

/** Prepares a received response for a journal. */
export function showAnswer({
  status,
  headers,
  body,
}: {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
}): ShownAnswer {
  const shown = Object.entries(headers).filter(([name]) => shownHeaders.has(name));
  return {
    status,
    headers: Object.fromEntries(shown.map(([name, value]) => [name, String(value)])),
    ...showBody(body, maxAnswerBytes),
  };
}

/** A request as raw HTTP. */
export function writeHttp({ method, target, headers, body }: ShownRequest): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`${method} ${target} HTTP/1.1`, ...lines, '', body].join('\r\n');
}

function showBody(bytes: Buffer, maxBytes: number): ShownBody {
  return { body: bytes.toString('utf8', 0, maxBytes), bodyIsCut: bytes.length > maxBytes };
}
