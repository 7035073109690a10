import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { ExportedSpan } from '#local';
import { expect, test } from 'vitest';
import { drawTrace } from './draw-trace.js';

/** A span of a trace whose clock begins at 1000 s; `id` and `parent` are one hex digit. */
function span(id: string, parent: string | null, more: Partial<ExportedSpan> = {}): ExportedSpan {
  return {
    traceId: 'a'.repeat(32),
    spanId: id.repeat(16),
    parentId: parent && parent.repeat(16),
    name: `span ${id}`,
    service: 'landfall-worker',
    startMs: 1_000_000,
    endMs: 1_000_100,
    facts: {},
    links: [],
    hasFailed: false,
    ...more,
  };
}
const at = (fromMs: number, toMs: number) => ({ startMs: 1_000_000 + fromMs, endMs: 1_000_000 + toMs });

interface Drawn {
  text: string;
  x: number;
  y: number;
  isEnd: boolean;
}

/** The texts of a picture, and its bars. Fails for what is no XML. */
function read(svg: string) {
  expect(XMLValidator.validate(svg)).toBe(true);
  const parser = new XMLParser({ ignoreAttributes: false, parseTagValue: false, trimValues: false });
  const { svg: root } = parser.parse(svg) as {
    svg: { rect: Record<string, string>[]; text: Record<string, unknown>[]; '@_height': string };
  };
  const texts = root.text.map((one): Drawn => {
    const more = (one['tspan'] as { '#text'?: string } | undefined)?.['#text'] ?? '';
    return {
      text: `${String(one['#text'] ?? '')}${more}`,
      x: Number(one['@_x']),
      y: Number(one['@_y']),
      isEnd: one['@_text-anchor'] === 'end',
    };
  });
  const bars = root.rect
    .filter((rect) => rect['@_height'] === '12' && Number(rect['@_y']) > 80)
    .map((rect) => ({
      from: Number(rect['@_x']),
      to: Number(rect['@_x']) + Number(rect['@_width']),
      y: Number(rect['@_y']),
      fill: rect['@_fill'],
    }));
  return { texts, bars, height: Number(root['@_height']) };
}
const names = (svg: string) => read(svg).texts.map(({ text }) => text);

test('each span is below the one that it is a part of, from its start to its end, in the colour of its service', () => {
  const svg = drawTrace([
    span('3', '2', { name: 'later', ...at(60, 90) }),
    span('4', '2', { name: 'earlier', ...at(10, 20) }),
    span('2', '1', { name: 'job', ...at(5, 100), facts: { 'landfall.job.run': 2 } }),
    span('1', 'f', { name: 'callback', service: 'landfall-api', ...at(0, 5) }),
  ]);
  const { texts, bars } = read(svg);
  const lines = texts.filter(({ y, x }) => y > 92 && x < 400);
  expect(lines.map(({ text }) => text)).toEqual(['callback', 'job run 2', 'earlier', 'later']);
  expect(lines.map(({ x }) => x)).toEqual([24, 38, 52, 52]);
  expect(bars.map(({ from, to }) => [from, to])).toEqual([
    [400, 438.8],
    [438.8, 1176],
    [477.6, 555.2],
    [865.6, 1098.4],
  ]);
  expect(bars[0]?.fill).not.toBe(bars[1]?.fill);
  expect(names(svg)).toEqual(expect.arrayContaining(['landfall-api', 'landfall-worker', '95 ms', '20 ms']));
});

test('no text is over another one or outside the picture, however long and many the names', () => {
  const spans = Array.from({ length: 300 }, (_, index) => {
    const id = (index + 1).toString(16).padStart(16, '0');
    const parentId =
      index === 0
        ? null
        : Math.ceil(index / 2)
            .toString(16)
            .padStart(16, '0');
    const facts = { 'landfall.task': 'a task with a name that is long '.repeat(4) };
    return {
      ...span('1', null),
      spanId: id,
      parentId,
      name: `name ${index} `.repeat(9),
      facts,
      ...at(index, 2 * index + 1),
    };
  });
  const { texts, height } = read(drawTrace(spans));
  const boxes = texts.map(({ text, x, y, isEnd }) => {
    const long = text.length * 6.7;
    return { y, from: isEnd ? x - long : x, to: isEnd ? x : x + long };
  });
  for (const box of boxes) {
    expect(box.y).toBeLessThan(height);
    expect(box.from).toBeGreaterThan(0);
    expect(box.to).toBeLessThan(1_200);
  }
  const byLine = [...Map.groupBy(boxes, ({ y }) => Math.floor((y - 92) / 22)).values()];
  for (const line of byLine) {
    const ordered = line.toSorted((one, other) => one.from - other.from);
    for (const [index, box] of ordered.entries())
      expect(box.from).toBeGreaterThanOrEqual(index === 0 ? 0 : (ordered[index - 1]?.to ?? 0));
  }
});

test('many parts that are alike share a line, what failed says why, and a trace of an instant is drawn', () => {
  const puts = ['2', '3', '4', '5', '6'].map((id) =>
    span(id, '1', { name: 'store PUT', facts: { 'landfall.size_bytes': 500_000 } }),
  );
  const failed = span('7', '1', {
    name: 'ffmpeg',
    hasFailed: true,
    facts: { 'error.type': 'media.damaged' },
  });
  const texts = names(drawTrace([span('1', null), ...puts, failed]));
  expect(texts).toContain('store PUT × 5 2.5 MB');
  expect(texts.some((text) => text.endsWith('media.damaged'))).toBe(true);
  expect(names(drawTrace([span('1', null, at(0, 0))]))).toContain('trace: 1 span, 0 ms');
});

test('names of anybody are shown as text', () => {
  const svg = drawTrace([
    span('1', null, { name: '<script>"&\u0000\uD800', facts: { 'landfall.task': ']]>' } }),
  ]);
  expect(svg).not.toContain('<script');
  expect(read(svg).texts.some(({ text }) => text.includes('script'))).toBe(true);
});
