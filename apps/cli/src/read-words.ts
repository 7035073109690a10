import { parseArgs, type ParseArgsConfig } from 'node:util';
import { LandfallError } from '#runtime';

type Options = NonNullable<ParseArgsConfig['options']>;
type Read<Given extends Options> = ReturnType<
  typeof parseArgs<{ options: Given; allowPositionals: true; strict: true }>
>;

/**
 * Parses the words of a command into options and positional words.
 * @param usage the usage of the command, as in `landfall help`
 * @throws LandfallError request.invalid for unknown options, or positional words if none are
 * allowed
 */
export function readWords<const Given extends Options>(
  usage: string,
  words: readonly string[],
  options: Given,
  { others = 0 } = {},
): Read<Given> {
  try {
    const read = parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
    if (read.positionals.length > others)
      throw new Error(`unexpected: ${read.positionals.slice(others).join(' ')}`);
    return read;
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new LandfallError('request.invalid', `usage: landfall ${usage} (${problem})`, { cause });
  }
}
