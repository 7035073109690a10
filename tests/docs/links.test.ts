import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { anchorsOf, linksOf, type Page, readPages } from './markdown.fixture.js';

const index = 'docs/README.md';
const lineMax = 99;
const pages = new Map(readPages().map((page) => [page.file, page]));

/** The relative links of a page, as files from the root and anchors. */
function relativeLinks(page: Page): { link: string; file: string; anchor: string | undefined }[] {
  return linksOf(page)
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [path = '', anchor] = link.split('#');
      const file = path === '' ? page.file : normalize(join(dirname(page.file), decodeURI(path)));
      return { link, file: file.replace(/\/$/, ''), anchor };
    });
}

test.each([...pages.keys()])('%s links to what is there', (name) => {
  const broken = relativeLinks(pages.get(name) ?? { file: name, blocks: [], prose: [] }).filter(
    ({ file, anchor }) => {
      const target = pages.get(file);
      return !existsSync(file) || (anchor !== undefined && !(target && anchorsOf(target).has(anchor)));
    },
  );
  expect(broken.map(({ link }) => link)).toEqual([]);
});

test('every page of docs/ can be reached from its index', () => {
  const reached = new Set<string>();
  const waiting = [index];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const page = pages.get(name);
    if (!page || reached.has(name)) continue;
    reached.add(name);
    waiting.push(...relativeLinks(page).map(({ file }) => file));
  }
  const lost = [...pages.keys()].filter((file) => file.startsWith('docs/') && !reached.has(file));
  expect(lost).toEqual([]);
});

test('the index names every page outside of the decisions once', () => {
  const listed = [...pages.values()]
    .filter(({ file }) => file === index)
    .flatMap(relativeLinks)
    .map(({ file }) => file)
    .filter((file) => file.startsWith('docs/'));
  const expected = [...pages.keys()].filter(
    (file) => file.startsWith('docs/') && file !== index && !/^docs\/decisions\/\d/.test(file),
  );
  expect(listed.sort()).toEqual(expected.sort());
});

describe('decisions', () => {
  const decisions = [...pages.values()].filter(({ file }) => /^docs\/decisions\/\d/.test(file));

  test.each(decisions.map((page) => [page.file, page] as const))(
    '%s has its number, its status and its date',
    (file, { prose }) => {
      const head = prose
        .slice(0, 7)
        .map(({ text }) => text)
        .join('\n');
      expect(head).toMatch(
        new RegExp(`^# ${/(\d{4})-/.exec(file)?.[1]} \\S.*\n\n- Status: (accepted|superseded)`),
      );
      expect(head).toMatch(/\n- Date: \d{4}-\d\d-\d\d\n/);
    },
  );
});

test('lines of prose have fewer than a hundred characters', () => {
  const long = [...pages.values()].flatMap(({ file, prose }) =>
    prose.filter(({ text }) => isTooLong(text)).map(({ number }) => `${file}:${number}`),
  );
  expect(long).toEqual([]);
});

/** Tables cannot be broken, nor can a link or a span of code. */
function isTooLong(text: string): boolean {
  if ([...text].length <= lineMax || /^\s*\|/.test(text)) return false;
  const breakable = text
    .replaceAll(/`[^`]*`|!?\[[^\]]*\]\([^)]*\)/g, '')
    .replace(/^\s*(?:[-*+]|\d+\.|#+)?\s*/, '')
    .trim();
  return /\s/.test(breakable);
}
