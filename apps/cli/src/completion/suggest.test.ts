import { Command, Option } from '@commander-js/extra-typings';
import { describe, expect, test } from 'vitest';
import { suggest } from './suggest.js';

function program(): Command {
  const landfall = new Command('landfall');
  const uploads = landfall.command('uploads').summary('ask about uploads');
  uploads
    .command('list')
    .summary('list uploads')
    .option('--json', 'print JSON')
    .addOption(new Option('--status <status>', 'only these').choices(['ready', 'failed']))
    .option('--bucket <name>', 'only this bucket');
  uploads.command('get').argument('<id>');
  landfall.command('completion').argument('<shell>', 'your shell').argument('[file]');
  landfall.command('upload').argument('[file...]');
  landfall.command('secret', { hidden: true });
  landfall.commands[1]?.registeredArguments[0]?.choices(['bash', 'zsh']);
  return landfall;
}
const wordsFor = (...words: string[]) => suggest(program(), words).map(({ word }) => word);

describe('what may follow', () => {
  test.each([
    ['a command', [''], ['uploads', 'completion', 'upload', 'help']],
    ['a command that begins like this', ['upl'], ['uploads', 'upload']],
    ['a command of a command', ['uploads', ''], ['list', 'get', 'help']],
    ['an option', ['uploads', 'list', '--'], ['--json', '--status', '--bucket', '--help']],
    ['an option after others', ['uploads', 'list', '--bucket', 'list', '--j'], ['--json']],
    ['a value of an option', ['uploads', 'list', '--status', ''], ['ready', 'failed']],
    ['a value of an argument', ['completion', 'z'], ['zsh']],
    ['files, for an argument that may be anything', ['upload', ''], []],
    ['files, for an option that may be anything', ['uploads', 'list', '--bucket', ''], []],
    ['files, for the argument after one with choices', ['completion', 'zsh', ''], []],
    ['nothing, for what does not exist', ['uploads', 'list', '--nope'], []],
    ['a command, when nothing is typed at all', [], ['uploads', 'completion', 'upload', 'help']],
  ])('%s', (_, words, expected) => {
    expect(wordsFor(...words)).toEqual(expected);
  });

  test('with its description', () => {
    expect(suggest(program(), ['uploads', 'l'])).toEqual([{ word: 'list', description: 'list uploads' }]);
  });
});
