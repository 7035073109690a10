import type { CommandUnknownOpts as Command } from '@commander-js/extra-typings';
import { escapeCell } from './escape-cell.js';

/** Renders docs/command-line.md from the command definitions; it matches their --help. */
export function renderCommandLinePage(program: Command): string {
  return `# Command line

<!-- Generated from apps/cli/src/commands by \`npm run landfall -- docs\`; the text above the commands is in apps/cli/src/docs/command-line-page.ts. -->

In a clone, run \`npm run landfall -- <command>\`; with the package or the image installed, run
\`landfall <command>\`. Every command has \`--help\`, and \`landfall help\` lists all commands.

- **Exit codes.** 0: success. 1: the command failed, or it reports a failure (an upload that
  failed, a signature that is not valid). 2: the arguments are invalid, and nothing was done.
- **Which api.** Commands that call an api use \`--api-url\` and \`--api-key\`, else
  \`LANDFALL_API_URL\` and \`LANDFALL_API_KEY\`, else the local run in this folder
  ([\`.landfall/local.json\`](local-run.md)). Other users of the machine can see command-line
  arguments: prefer the environment variable for the key.
- **JSON.** With \`--json\`, every line on standard output is one JSON value. Errors go to standard
  error.
- **Completion.** \`source <(landfall completion bash)\`, or the same with \`zsh\`; for fish
  \`landfall completion fish | source\`. Add it to the startup file of your shell. Completions of
  commands, options and values come from \`landfall\` itself.

${listAll(program, 'landfall').join('\n\n')}
`;
}

function listAll(command: Command, path: string): string[] {
  const help = command.createHelp();
  return help
    .visibleCommands(command)
    .filter((child) => child.name() !== 'help')
    .flatMap((child) => {
      const name = `${path} ${child.name()}`;
      return child.commands.length > 0 ? listAll(child, name) : [renderCommand(child, name)];
    });
}

function renderCommand(command: Command, name: string): string {
  const help = command.createHelp();
  const rows = [
    ...help.visibleArguments(command).map((one) => [`\`<${one.name()}>\``, help.argumentDescription(one)]),
    ...help.visibleOptions(command).map((one) => [`\`${one.flags}\``, help.optionDescription(one)]),
  ].filter(([flags]) => !flags?.includes('--help'));
  const table = rows.map(([flags = '', text = '']) => `| ${flags} | ${escapeCell(text)} |`);
  return [
    `## ${name}`,
    '',
    wrap(help.commandDescription(command)),
    ...(rows.length > 0 ? ['', '| argument or option | meaning |', '| --- | --- |', ...table] : []),
  ].join('\n');
}

const lineMax = 98;

function wrap(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > lineMax) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('\n');
}
