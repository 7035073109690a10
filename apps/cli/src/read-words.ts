import { parseArgs, type ParseArgsConfig } from 'node:util';
import { LandfallError } from '#runtime';

type Options = NonNullable<ParseArgsConfig['options']>;
type Read<Given extends Options> = ReturnType<
  typeof parseArgs<{ options: Given; allowPositionals: true; strict: true }>
>;

/**
 * The options among the words of a command, and the others in their order.
 * @param usage how the command is called, as `landfall help` has it
 * @throws LandfallError request.invalid for an option that is not among `options`, or other words where there are none
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
