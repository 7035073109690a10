import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createProgram, runProgram } from './program.js';

let printed: string;
let complained: string;
beforeEach(() => {
  printed = '';
  complained = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    complained += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

/** Every command that help shows, as it is typed. */
function listCommands(): string[] {
  const walk = (command: CommandUnknownOpts, path: string): string[] =>
    command
      .createHelp()
      .visibleCommands(command)
      .flatMap((child) => {
        const name = `${path}${child.name()}`;
        return child.name() === 'help' ? [] : [name].concat(walk(child, `${name} `));
      });
  return walk(createProgram({ env: {}, end: () => undefined }), '');
}

describe('help', () => {
  test.each([[[]], [['help']], [['--help']], [['-h']]])('landfall %j lists the commands', async (words) => {
    expect(await runProgram(words, {})).toBe(0);
    expect(printed).toMatch(/^Usage: landfall \[options\] \[command\]/);
    for (const name of listCommands().filter((one) => !one.includes(' ')))
      expect(printed).toContain(`  ${name}`);
    expect(complained).toBe('');
  });

  test.each(listCommands())('landfall %s --help', async (name) => {
    expect(await runProgram([...name.split(' '), '--help'], {})).toBe(0);
    expect(printed).toContain(`Usage: landfall ${name}`);
    expect(printed).toContain('-h, --help');
  });

  test('landfall help <command> prints the same', async () => {
    await runProgram(['help', 'reconcile'], {});
    const byHelp = printed;
    printed = '';
    await runProgram(['reconcile', '--help'], {});
    expect(byHelp).toBe(printed);
    expect(printed).toContain('--remove-orphans');
  });
});

describe('words that are not understood end with 2 and say what is wrong', () => {
  test.each([
    [['fly'], "unknown command 'fly'"],
    [['reconcil'], 'Did you mean reconcile?'],
    [['migrate', '--bakc'], 'Did you mean --back?'],
    [['migrate', 'back'], 'too many arguments'],
    [['migrate', '--back=1'], "unknown option '--back=1'"],
    [['reconcile', '--bucket'], 'argument missing'],
    [['callback', 'describe'], "unknown command 'describe'"],
    [['callback', 'explain'], "missing required argument 'file'"],
  ])('%j', async (words, problem) => {
    expect(await runProgram(words, {})).toBe(2);
    expect(complained).toContain(problem);
    expect(complained).toContain('--help');
    expect(printed).toBe('');
  });
});
