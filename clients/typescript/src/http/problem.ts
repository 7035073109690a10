/** The fields of an `application/problem+json` response (RFC 9457). */
export interface ProblemBody {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
}

/**
 * An error response of the API. `code` is stable and meant for programs; docs/errors.md lists all codes. A response
 * that does not come from Landfall, such as the error page of a proxy, has the code `http.<status>`.
 */
export class LandfallProblem extends Error implements ProblemBody {
  override readonly name = 'LandfallProblem';

  constructor(
    readonly status: number,
    private readonly body: ProblemBody,
    /** How long the server asks to wait before a retry, in milliseconds; null if it does not say. */
    readonly retryAfterMs: number | null = null,
  ) {
    super(`${body.detail} (${body.code}, ${status})`);
  }

  get code(): string {
    return this.body.code;
  }

  get title(): string {
    return this.body.title;
  }

  get detail(): string {
    return this.body.detail;
  }
}

/** There was no response: the connection failed, broke, or timed out. See `cause`. */
export class LandfallUnreachable extends Error {
  override readonly name = 'LandfallUnreachable';
}

const maxDetailLength = 200;

/** Reads an error response and consumes its body. */
export async function readProblem(answer: Response): Promise<LandfallProblem> {
  const text = await answer.text();
  const retryAfterMs = readRetryAfter(answer.headers.get('retry-after'), Date.now());
  const body = isProblemType(answer.headers.get('content-type')) ? parseProblem(text) : undefined;
  const foreign = {
    code: `http.${answer.status}`,
    title: answer.statusText,
    detail: text.trim().slice(0, maxDetailLength) || answer.statusText || 'the response has no body',
  };
  return new LandfallProblem(answer.status, body ?? foreign, retryAfterMs);
}

function isProblemType(contentType: string | null): boolean {
  return /^application\/problem\+json\b/i.test(contentType ?? '');
}

function parseProblem(text: string): ProblemBody | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Truncated in transit; the text that arrived becomes the detail.
    return undefined;
  }
  const { code, title, detail } = (parsed ?? {}) as Record<string, unknown>;
  if (typeof code !== 'string') return undefined;
  return { code, title: String(title ?? code), detail: String(detail ?? title ?? code) };
}

/** Parses `Retry-After`, in seconds or as a date, into milliseconds. Null if it is missing or invalid. */
export function readRetryAfter(value: string | null, nowMs: number): number | null {
  if (value === null) return null;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const atMs = /^[A-Z][a-z]{2}, /.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
