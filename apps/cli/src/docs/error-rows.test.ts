import { globSync, readFileSync } from 'node:fs';
import { listErrors } from '#runtime';
import { expect, test } from 'vitest';
import './errors-page.js';

interface Source {
  /** `libs/oss`, `apps/api`. */
  readonly place: string;
  readonly name: string;
  readonly text: string;
}

const sources: Source[] = globSync('{libs,apps}/*/src/**/*.ts')
  .filter((name) => !/\.(test|fixture)\.ts$/.test(name))
  .map((name) => ({ place: name.split('/', 2).join('/'), name, text: readFileSync(name, 'utf8') }));
const isTable = ({ name }: Source) => name.endsWith('/src/errors.ts');
const codes = listErrors().map(([code]) => code);

/** The rooms that a room or an app loads when it runs, itself included. */
function loadedBy(place: string, known = new Set<string>()): Set<string> {
  if (known.has(place)) return known;
  known.add(place);
  for (const { text } of sources.filter((source) => source.place === place)) {
    for (const [, room] of text.matchAll(/^(?!import type|export type).*?(?:from|import) '#(\w+)';$/gm))
      loadedBy(`libs/${room}`, known);
  }
  return known;
}

test('every code that is thrown is defined in a room that whoever throws it loads', () => {
  const homes = new Map(
    sources
      .filter(isTable)
      .flatMap(({ place, text }) =>
        [...text.matchAll(/^ {2}'([^']+)': \{/gm)].map(([, code = '']) => [code, place] as const),
      ),
  );
  expect([...homes.keys()].toSorted()).toEqual(codes);
  const lost = sources.flatMap(({ place, name, text }) => {
    const loaded = loadedBy(place);
    return [...text.matchAll(/new (?:LandfallError|DecoderRefusal)\(\s*'([^']+)'/g)]
      .filter(([, code = '']) => !loaded.has(homes.get(code) ?? ''))
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
