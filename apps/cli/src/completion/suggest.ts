import type { CommandUnknownOpts as Command, Option } from '@commander-js/extra-typings';

/** One suggested completion. */
export interface Suggestion {
  readonly word: string;
  readonly description: string;
}

/**
 * Finds completions. The last word is the one being typed and may be empty. An empty result means that the shell
 * should offer files.
 */
export function suggest(program: Command, words: readonly string[]): Suggestion[] {
  const typed = words.at(-1) ?? '';
  const { command, waiting, positionals } = follow(program, words.slice(0, -1));
  return candidates(command, { typed, waiting, positionals }).filter(({ word }) => word.startsWith(typed));
}

/** The position reached by the words before the cursor. */
interface Place {
  readonly command: Command;
  /** The option that expects its value next. */
  readonly waiting: Option | undefined;
  /** Number of positional arguments given so far. */
  readonly positionals: number;
}

function follow(program: Command, words: readonly string[]): Place {
  let command = program;
  let waiting: Option | undefined;
  let positionals = 0;
  for (const word of words) {
    if (waiting) {
      waiting = undefined;
    } else if (word.startsWith('-')) {
      const option = command.options.find(({ long, short }) => word === long || word === short);
      waiting = option?.required ? option : undefined;
    } else {
      const child = command.commands.find((one) => one.name() === word);
      if (child) command = child;
      else positionals += 1;
    }
  }
  return { command, waiting, positionals };
}

function candidates(
  command: Command,
  { typed, waiting, positionals }: Omit<Place, 'command'> & { typed: string },
): Suggestion[] {
  const help = command.createHelp();
  if (waiting) return choicesOf(waiting);
  if (typed.startsWith('-'))
    return help
      .visibleOptions(command)
      .map(({ long, short, description }) => ({ word: long ?? short ?? '', description }));
  if (command.commands.length > 0)
    return help
      .visibleCommands(command)
      .map((child) => ({ word: child.name(), description: help.subcommandDescription(child) }));
  const argument = command.registeredArguments[positionals] ?? command.registeredArguments.at(-1);
  return argument ? choicesOf(argument) : [];
}

function choicesOf({
  argChoices = [],
  description,
}: {
  argChoices?: string[];
  description: string;
}): Suggestion[] {
  return argChoices.map((word) => ({ word, description }));
}
