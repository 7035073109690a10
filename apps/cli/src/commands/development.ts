import { Argument } from '@commander-js/extra-typings';
import { completionScripts, shells } from '../completion/shells.js';
import { suggest } from '../completion/suggest.js';
import type { AddCommands } from './context.js';

/** Commands for contributors, and shell completion. */
export const addDevelopment: AddCommands = (program, { end }) => {
  program.commandsGroup('Develop:');
  program
    .command('setup')
    .summary('find or install the tools that the tests need')
    .description('Find or install the tools that the tests need: ffmpeg, Redis and Chromium.')
    .action(async () => end(await (await import('../setup.js')).setUpTools()));
  program
    .command('docs')
    .summary('write the generated pages')
    .description('Write the generated pages of docs/ and .env.example.')
    .action(async () => end(await (await import('../docs/write-docs.js')).writeDocs('.', program)));
  program
    .command('completion')
    .summary('print the completion script for your shell')
    .description(
      'Print the completion script for your shell. To try it in bash: source <(landfall completion bash)',
    )
    .addArgument(new Argument('<shell>', 'your shell').choices(shells))
    .action((shell) => console.log(completionScripts[shell]));
  program
    .command('complete', { hidden: true })
    .description(
      'Print completions for the shell, one word and its description per line. The last argument is the word being typed.',
    )
    .argument('[words...]')
    .action((words) => {
      for (const { word, description } of suggest(program, words)) console.log(`${word}\t${description}`);
    });
};
