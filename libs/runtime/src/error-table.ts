/**
 * `kind` decides the HTTP status (`httpStatusOf`), `retry` the outcome of a job: `backoff` retries it,
 * `never` fails the rendition or upload. `message` is public: end users read it.
 */
type ErrorKind =
  | 'badRequest'
  | 'unauthorized'
  | 'forbidden'
  | 'notFound'
  | 'methodNotAllowed'
  | 'conflict'
  | 'gone'
  | 'preconditionFailed'
  | 'tooLarge'
  | 'unsupported'
  | 'unprocessable'
  | 'unavailable'
  | 'internal';

export interface ErrorRow {
  readonly kind: ErrorKind;
  readonly retry: 'never' | 'backoff';
  readonly message: string;
}

declare global {
  /**
   * The error codes of all rooms, by declaration merging: each `errors.ts` adds its own, so a mistyped code does not compile,
   * although no room imports the rows of another.
   */
  interface LandfallErrors {}
}

export type ErrorCode = keyof LandfallErrors & string;

const table = new Map<string, ErrorRow>();

/**
 * Adds the errors of a room to the table of this process. Call it once, in the room's `errors.ts`, which its `index.ts`
 * imports: a process has the rows of the rooms that it loads. `docs/errors.md` is generated from all rows.
 * @throws Error if the code is already defined
 */
export function defineErrors<const Rows extends Readonly<Record<string, ErrorRow>>>(rows: Rows): Rows {
  for (const [code, row] of Object.entries<ErrorRow>(rows)) {
    if (table.has(code)) throw new Error(`the error ${code} is defined twice`);
    table.set(code, row);
  }
  return rows;
}

/** The errors that this process knows, by code in alphabetical order. */
export function listErrors(): readonly (readonly [code: ErrorCode, row: ErrorRow])[] {
  return [...table]
    .map(([code, row]) => [code as ErrorCode, row] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
}

/**
 * The row of a code.
 * @throws Error if no loaded room defines the code; the module that uses it must import its `errors.ts`
 */
export function errorRowOf(code: ErrorCode): ErrorRow {
  const row = table.get(code);
  if (!row) throw new Error(`no room of this process defines the error ${code}`);
  return row;
}

const statusByKind: Record<ErrorKind, number> = {
  badRequest: 400,
  unauthorized: 401,
  forbidden: 403,
  notFound: 404,
  methodNotAllowed: 405,
  conflict: 409,
  gone: 410,
  preconditionFailed: 412,
  tooLarge: 413,
  unsupported: 415,
  unprocessable: 422,
  unavailable: 503,
  internal: 500,
};

/** The HTTP status that answers an error with this code. */
export function httpStatusOf(code: ErrorCode): number {
  return statusByKind[errorRowOf(code).kind];
}
