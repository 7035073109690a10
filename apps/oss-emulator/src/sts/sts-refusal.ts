import { OssRefusal } from '#oss';

/** A refusal of STS, which has codes of its own. */
export function stsRefusal(status: number, code: string, message: string): OssRefusal {
  return new OssRefusal(status, code, message);
}

/** The value of a parameter that must be there. @throws OssRefusal Missing… */
export function needed(parameters: Readonly<Record<string, string>>, name: string): string {
  const value = parameters[name];
  if (value) return value;
  throw stsRefusal(400, `Missing${name}`, `${name} is mandatory for this action.`);
}
