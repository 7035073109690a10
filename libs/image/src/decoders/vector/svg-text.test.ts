import { expect, it } from 'vitest';
import { hasTextElements, lacksGlyphs, textsOf, withoutModifiers, withoutReferences } from './svg-text.js';

it.each([
  ['<text x="1">a</text>', true],
  ['<svg:text>a</svg:text>', true],
  ['<text>', true],
  ['<textPath href="#a"/>', false],
  ['<desc>text</desc>', false],
])('%s has text: %s', (svg, has) => {
  expect(hasTextElements(svg)).toBe(has);
});

it('what is between the tags of text elements is their text', () => {
  const svg = `<svg><title>题</title><text>一<tspan>二</tspan></text><g/><s:text>三<!-- 四 --></s:text >五</svg>`;
  expect(textsOf(svg).replaceAll(/\s/g, '')).toBe('一二三');
});

it('references by number are put as characters, unless they may be markup', () => {
  expect(withoutReferences('&#20320;&#x597D;&#x1F600;&#60;&#x3c;&#xd800;&#x110000;&amp;#20320;')).toBe(
    '你好😀&#60;&#x3c;&#xd800;&#x110000;&amp;#20320;',
  );
});

it.each([
  ['👍🏽', '👍'],
  ['👩‍💻', '👩💻'],
  ['❤️', '❤'],
  ['1️⃣', '1'],
  ['🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🏴'],
  ['e\u0301', 'é'],
  ['🏽', '🏽'],
  ['क्\u200dष', 'क्\u200dष'],
])('%s is drawn as %s', (text, drawn) => {
  expect(withoutModifiers(text)).toBe(drawn);
});

it.each([
  ['Landfall', false],
  ['你好\u200b \u00a0\u0007\n', false],
  ['你\ue123', true],
  ['龘', true],
])('%j lacks glyphs: %s', (text, lacks) => {
  expect(lacksGlyphs(text, () => [[[0x4f00, 0x6000]], [[0x1f600, 0x1f64f]]])).toBe(lacks);
});
