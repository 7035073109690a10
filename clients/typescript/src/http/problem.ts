/** What an answer with `application/problem+json` (RFC 9457) says. */
export interface ProblemBody {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
}

/**
 * An answer of the API that is not a success. `code` is stable and is what programs compare;
 * docs/errors.md lists all of them. An answer that did not come from Landfall, such as the page of a
 * proxy, has the code `http.<status>`.
 */
export class LandfallProblem extends Error implements ProblemBody {
  override readonly name = 'LandfallProblem';

  constructor(
    readonly status: number,
    private readonly body: ProblemBody,
    /** How long the server asks to wait before another try, in milliseconds; null if it does not say. */
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

/** No answer came: the connection failed, broke, or took longer than allowed. `cause` says why. */
export class LandfallUnreachable extends Error {
  override readonly name = 'LandfallUnreachable';
}

const maxDetailLength = 200;

/** Reads an answer that is not a success. Consumes its body. */
export async function readProblem(answer: Response): Promise<LandfallProblem> {
  const text = await answer.text();
  const retryAfterMs = readRetryAfter(answer.headers.get('retry-after'), Date.now());
  const body = isProblemType(answer.headers.get('content-type')) ? parseProblem(text) : undefined;
  const foreign = {
    code: `http.${answer.status}`,
    title: answer.statusText,
    detail: text.trim().slice(0, maxDetailLength) || answer.statusText || 'an answer without a body',
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
    // Cut off on its way: what is left of it becomes the detail.
    return undefined;
  }
  const { code, title, detail } = (parsed ?? {}) as Record<string, unknown>;
  if (typeof code !== 'string') return undefined;
  return { code, title: String(title ?? code), detail: String(detail ?? title ?? code) };
}

/** Reads `Retry-After`: seconds or a date. Null if it is missing or neither. */
export function readRetryAfter(value: string | null, nowMs: number): number | null {
  if (value === null) return null;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const atMs = /^[A-Z][a-z]{2}, /.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
