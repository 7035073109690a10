import { OssRefusal } from '#oss';

/** An STS refusal; STS has its own error codes. */
export function stsRefusal(status: number, code: string, message: string): OssRefusal {
  return new OssRefusal(status, code, message);
}

/**
 * The value of a required parameter.
 * @throws OssRefusal Missing…
 */
export function needed(parameters: Readonly<Record<string, string>>, name: string): string {
  const value = parameters[name];
  if (value) return value;
  throw stsRefusal(400, `Missing${name}`, `${name} is mandatory for this action.`);
}
