import { expect, test } from 'vitest';
import { compareResults, readResults, type Result, tellComparison } from './compare.js';

const machine = { cpu: 'a', cores: 2, memoryGb: 8, system: 'linux', node: 'v24', loadBefore: 0 };
const result = (name: string, ratios: Record<string, [number, number, number]>): Result => ({
  name,
  ratios: Object.fromEntries(
    Object.entries(ratios).map(([ratio, [min, median, max]]) => [ratio, { median, min, max }]),
  ),
  machine,
});

test('only what lies beyond the spread of both runs has moved', () => {
  const before = [
    result('images', { throughput: [0.68, 0.7, 0.72], cpu: [1.2, 1.25, 1.3], gone: [1, 1, 1] }),
  ];
  const after = [
    result('images', { throughput: [0.8, 0.82, 0.84], cpu: [1.1, 1.22, 1.4], fresh: [1, 1, 1] }),
    result('videos', { time: [1, 1, 1] }),
  ];
  const comparisons = compareResults(before, after);
  expect(comparisons.map(({ ratio, moved }) => [ratio, moved])).toEqual([
    ['throughput', true],
    ['cpu', false],
  ]);
  expect(tellComparison(comparisons)).toEqual({
    table: [expect.any(Array), ['images', 'throughput', '0.70 (0.68–0.72)', '0.82 (0.80–0.84)', '+17 %']],
    note: '1 of 2 ratios moved beyond the spread of their rounds',
  });
});

test('a median within one spread has not moved, although the other one is narrow', () => {
  const wide = [result('a', { ratio: [0.5, 1, 1.5] })];
  const narrow = [result('a', { ratio: [1.2, 1.21, 1.22] })];
  expect(compareResults(wide, narrow)[0]?.moved).toBe(false);
  expect(compareResults(narrow, wide)[0]?.moved).toBe(false);
});

test('results are read line by line, and the later one of two counts', () => {
  const lines = [result('a', { ratio: [1, 1, 1] }), result('a', { ratio: [2, 2, 2] })].map((one) =>
    JSON.stringify(one),
  );
  expect(readResults(`${lines.join('\n')}\n\n`)).toEqual([result('a', { ratio: [2, 2, 2] })]);
});

test.each([['{"name": "a"'], ['{}'], ['{"name":"a"}'], ['null'], ['Building …']])(
  '%s is no result',
  (line) => {
    expect(() => readResults(`\n${line}`)).toThrow('line 2 is not a result');
  },
);
