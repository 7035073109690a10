import { invalidValue } from './image-refusals.js';

/** The allowed range of an integer parameter, and OSS's EC for other values if it is known. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly ec?: string;
}

/** The parameters of one action: `w_100,h_50`, or a bare value such as `90`. */
export class ActionParameters {
  readonly #values = new Map<string, string>();
  readonly #bare: string[] = [];

  /**
   * @param names the parameter names that the action accepts
   * @throws OssRefusal InvalidArgument
   */
  constructor(texts: readonly string[], names: readonly string[]) {
    for (const text of texts) {
      const at = text.indexOf('_');
      const name = text.slice(0, Math.max(0, at));
      if (at < 0) this.#bare.push(text);
      else if (names.includes(name)) this.#values.set(name, text.slice(at + 1));
      else throw invalidValue(text.slice(at + 1), name.slice(0, 100));
    }
    const [stray] = this.#bare;
    if (names.length > 0 && stray !== undefined) throw invalidValue('', stray.slice(0, 100));
  }

  text(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** @throws OssRefusal InvalidArgument */
  number(name: string, { min, max, ec }: NumberRange): number | undefined {
    const text = this.#values.get(name);
    return text === undefined ? undefined : readNumber(text, name, { min, max, ...(ec && { ec }) });
  }

  /**
   * Reads a parameter that must be one of `values`.
   * @throws OssRefusal InvalidArgument
   */
  oneOf<T extends string>(name: string, values: readonly T[], ec?: string): T | undefined {
    const text = this.#values.get(name);
    const value = values.find((known) => known === text);
    if (text !== undefined && value === undefined) throw invalidValue(text, name, ec);
    return value;
  }
}

/** @throws OssRefusal InvalidArgument */
export function readNumber(text: string, name: string, { min, max, ec }: NumberRange): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw invalidValue(text, name, ec);
  return value;
}

/**
 * The only value of an action such as `rotate,90`.
 * @throws OssRefusal InvalidArgument
 */
export function bareValue(texts: readonly string[], action: string, missingEc?: string): string {
  const [value = '', ...more] = texts;
  if (value === '') throw invalidValue('', action, missingEc);
  if (more.length > 0) throw invalidValue(texts.join(','), action, '0040-00000203');
  return value;
}
