import { globSync, readFileSync } from 'node:fs';
import { defineErrors, type ErrorCode, errorRowOf, listErrors } from '#runtime';
import { expect, test } from 'vitest';
import './errors-page.js';

interface Source {
  /** `libs/oss`, `apps/api`. */
  readonly place: string;
  readonly name: string;
  readonly text: string;
}

const sources: Source[] = globSync('{libs,apps}/*/src/**/*.ts')
  // The console reads codes in the browser, and throws none.
  .filter((name) => !/\.(test|fixture)\.ts$/.test(name) && !name.startsWith('apps/console/'))
  .map((name) => ({ place: name.split('/', 2).join('/'), name, text: readFileSync(name, 'utf8') }));
const isTable = ({ name }: Source) => name.endsWith('/src/errors.ts');
/** It loads all tables, and so proves nothing of the programs. */
const isPage = ({ name }: Source) => name.endsWith('/errors-page.ts');
/** Compares codes that are stored, and throws none. */
const comparesOnly = new Set(['libs/uploads/src/making/reland-merged.ts']);
const codes = listErrors().map(([code]) => code);

const importsOf = ({ text }: Source) =>
  [...text.matchAll(/^(?:import|export)(?! type)[^;]*?'([^']+)';$/gm)].map(([, from = '']) => from);

/** The rooms and apps whose errors a room or an app loads when it runs. */
function loadedBy(place: string, seen = new Set<string>(), loaded = new Set<string>()): Set<string> {
  if (seen.has(place)) return loaded;
  seen.add(place);
  for (const from of sources.filter((one) => one.place === place && !isPage(one)).flatMap(importsOf)) {
    if (/^(\.\.?\/)+errors\.js$/.test(from)) loaded.add(place);
    if (from.startsWith('#')) loadedBy(`libs/${from.slice(1)}`, seen, loaded);
  }
  return loaded;
}

test('every code that is named is defined in a room that whoever names it loads', () => {
  const homes = new Map(
    sources
      .filter(isTable)
      .flatMap(({ place, text }) =>
        [...text.matchAll(/^ {2}'([^']+)': \{/gm)].map(([, code = '']) => [code, place] as const),
      ),
  );
  expect([...homes.keys()].toSorted()).toEqual(codes);
  const lost = sources
    .filter((source) => !isTable(source) && !comparesOnly.has(source.name))
    .flatMap(({ place, name, text }) => {
      const loaded = loadedBy(place);
      return [...text.matchAll(/'([a-z]+\.[a-z_]+)'/g)]
        .filter(([, code = '']) => homes.has(code) && !loaded.has(homes.get(code) ?? ''))
        .map(([, code]) => `${name}: ${code}`);
    });
  expect(lost).toEqual([]);
});

test('every code that is defined is used', () => {
  const text = sources
    .filter((source) => !isTable(source))
    .map((source) => source.text)
    .join('\n');
  expect(codes.filter((code) => !text.includes(`'${code}'`))).toEqual([]);
});

test('a code that is defined twice, and one that nobody defined, end in an error that names it', () => {
  const row = { kind: 'internal', retry: 'never', message: 'x' } as const;
  expect(() => defineErrors({ 'media.damaged': row })).toThrow('media.damaged is defined twice');
  expect(() => errorRowOf('media.imaginary' as ErrorCode)).toThrow('media.imaginary');
});
