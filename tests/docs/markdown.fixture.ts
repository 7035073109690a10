import { globSync, readFileSync } from 'node:fs';

/** A fenced block. */
export interface CodeBlock {
  /** `file:line` of the fence, for messages. */
  readonly place: string;
  readonly language: string;
  readonly text: string;
  /** Why it cannot run in a test, where a comment before it says so: `<!-- not run: reason -->`. */
  readonly notRun: string | undefined;
  /** What the tests of SDKs run it with, where such a comment says so: `<!-- run with: name -->`. */
  readonly runWith: string | undefined;
}

/** One Markdown file. */
export interface Page {
  readonly file: string;
  readonly blocks: readonly CodeBlock[];
  /** Lines that are neither code nor comment, with their numbers. */
  readonly prose: readonly { readonly number: number; readonly text: string }[];
}

/** Every Markdown file of the repository. */
export function readPages(): Page[] {
  const files = globSync('**/*.md', { exclude: ['**/node_modules', 'dist', 'coverage'] });
  return files.sort().map(readPage);
}

function readPage(file: string): Page {
  const blocks: CodeBlock[] = [];
  const prose: { number: number; text: string }[] = [];
  let block: { start: number; language: string; lines: string[]; comment: string } | undefined;
  let inComment = false;
  let comment = '';
  for (const [index, text] of readFileSync(file, 'utf8').split('\n').entries()) {
    const [fence, language = ''] = /^\s*```(\S*)/.exec(text) ?? [];
    if (block) {
      if (fence === undefined) {
        block.lines.push(text);
        continue;
      }
      const place = `${file}:${block.start}`;
      blocks.push({
        place,
        language: block.language,
        text: block.lines.join('\n'),
        notRun: /^<!-- not run: (\S.*) -->$/.exec(block.comment)?.[1],
        runWith: /^<!-- run with: (\S.*) -->$/.exec(block.comment)?.[1],
      });
      block = undefined;
    } else if (fence !== undefined) {
      block = { start: index + 1, language, lines: [], comment };
      comment = '';
    } else if (inComment || text.trimStart().startsWith('<!--')) {
      comment = text.trim();
      inComment = !text.includes('-->');
    } else {
      if (text.trim() !== '') comment = '';
      prose.push({ number: index + 1, text });
    }
  }
  if (block) throw new Error(`${file}:${block.start} is not closed`);
  return { file, blocks, prose };
}

/** Targets of the links and images of a page. */
export function linksOf({ prose }: Page): string[] {
  const text = prose
    .map((line) => line.text)
    .join('\n')
    .replaceAll(/(`+)[^`]*?\1/g, '``');
  return [...text.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)].map(([, target = '']) => target);
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf({ prose }: Page): Set<string> {
  const anchors = new Set<string>();
  for (const { text } of prose) {
    const heading = /^#{1,6} (.+)$/.exec(text)?.[1];
    if (heading === undefined) continue;
    const slug = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}
