import type { ExportedSpan } from '#local';
import { rowsOf, type TraceRow } from './trace-rows.js';

const width = 1_200;
const margin = 24;
const rowHeight = 22;
const barHeight = 12;
const indent = 14;
/** Where the names end and the time axis begins. */
const axisLeft = 400;
const axisRight = width - margin;
/** Rows start below the title, the services and the axis. */
const rowsTop = 92;
/** Letter widths of names and times, in a monospaced font. */
const nameLetter = 7.3;
const timeLetter = 6.7;
const ticksMax = 8;

/** One per service: visible on white and black, legible with white text, and distinct to the colour-blind. */
const colours = ['#2468b8', '#b8620f', '#7a4bc0', '#13806f'];
const errorColour = '#d33a2c';

/**
 * Draws a trace: one row per span, with a bar from its start to its end.
 * @param spans of one trace, at least one
 * @returns an SVG that follows the reader's colour scheme and has its own background
 */
export function drawTrace(spans: readonly ExportedSpan[]): string {
  const rows = rowsOf(spans);
  const startMs = Math.min(...spans.map((span) => span.startMs));
  const totalMs = Math.max(...spans.map((span) => span.endMs)) - startMs;
  // All spans may be of the same instant.
  const axisMs = totalMs || 1;
  const services = [...new Set(rows.map(({ service }) => service))];
  const scale: Scale = {
    left: (ms) => axisLeft + ((ms - startMs) / axisMs) * (axisRight - axisLeft),
    colourOf: (service) => colours[services.indexOf(service) % colours.length] ?? errorColour,
  };
  const height = rowsTop + rows.length * rowHeight + margin;
  const upload = spans.map(({ facts }) => facts['landfall.upload.id']).find((id) => id !== undefined);
  const title = `${upload === undefined ? 'trace' : `upload ${upload}`}: ${countSpans(spans)}, ${showMs(totalMs)}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escape(title)}</title>
<style>
  .ground { fill: #ffffff; stroke: #d0d7de }
  .stripe { fill: #f3f5f8 }
  .grid { stroke: #dde2e8 }
  text { font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1f2328 }
  .soft { fill: #59636e }
  .time { font-size: 11px; fill: #59636e; paint-order: stroke; stroke: #ffffff; stroke-width: 3px }
  .on-bar { fill: #ffffff; stroke: none; font-weight: bold }
  .title { font-weight: bold; font-size: 14px }
  .error { fill: #b3261e }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #14181f; stroke: #3d444d }
    .stripe { fill: #1c222b }
    .grid { stroke: #303844 }
    text { fill: #f0f3f6 }
    .soft, .time { fill: #a5afba }
    .time { stroke: #14181f }
    .on-bar { fill: #ffffff; stroke: none }
    .error { fill: #ff8a80 }
  }
</style>
<rect class="ground" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
<text class="title" x="${margin}" y="32">${escape(title)}</text>
${services.map((service, index) => drawService(service, scale.colourOf(service), index)).join('\n')}
${rows.map((_, index) => drawStripe(index)).join('')}
${drawAxis(axisMs, height)}
${rows.map((row, index) => drawRow(row, index, scale)).join('\n')}
</svg>
`;
}

/** Formats as `1 span` or `12 spans`. */
export const countSpans = ({ length }: readonly ExportedSpan[]) => `${length} span${length === 1 ? '' : 's'}`;

interface Scale {
  left(ms: number): number;
  colourOf(service: string): string;
}

function drawService(service: string, colour: string, index: number): string {
  const x = margin + index * 200;
  return `<rect x="${x}" y="46" width="12" height="12" rx="2" fill="${colour}"/><text x="${x + 18}" y="56">${escape(service)}</text>`;
}

function drawStripe(index: number): string {
  if (index % 2 === 1) return '';
  return `<rect class="stripe" x="1" y="${rowsTop + index * rowHeight}" width="${width - 2}" height="${rowHeight}"/>\n`;
}

function drawAxis(totalMs: number, height: number): string {
  const step = stepOf(totalMs);
  return Array.from({ length: Math.floor(totalMs / step) + 1 }, (_, tick) => {
    const x = axisLeft + ((tick * step) / totalMs) * (axisRight - axisLeft);
    const anchor = x > axisRight - 30 ? 'end' : tick === 0 ? 'start' : 'middle';
    return `<line class="grid" x1="${round(x)}" x2="${round(x)}" y1="${rowsTop - 6}" y2="${height - margin}"/><text class="time" x="${round(x)}" y="${rowsTop - 12}" text-anchor="${anchor}">${showMs(tick * step)}</text>`;
  }).join('\n');
}

/** A round number of milliseconds, of which a few fit on the axis. */
function stepOf(totalMs: number): number {
  const rough = totalMs / ticksMax;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
}

function drawRow(row: TraceRow, index: number, { left, colourOf }: Scale): string {
  const y = rowsTop + index * rowHeight;
  const baseline = y + 15;
  const x = margin + row.depth * indent;
  const letters = Math.floor((axisLeft - 16 - x) / nameLetter);
  const name = cut(row.name, letters);
  const detail = cut(row.detail, letters - name.length - 1);
  const colour = row.error === null ? colourOf(row.service) : errorColour;
  const bars = row.spans.map((span) => {
    const from = left(span.startMs);
    const barWidth = Math.max(2, left(span.endMs) - from);
    return `<rect x="${round(from)}" y="${y + 5}" width="${round(barWidth)}" height="${barHeight}" rx="2" fill="${colour}"/>`;
  });
  return [
    `<text x="${x}" y="${baseline}">${escape(name)}${detail && ` <tspan class="soft">${escape(detail)}</tspan>`}</text>`,
    ...bars,
    drawTime(row, baseline, left),
  ].join('');
}

/** Writes the duration beside the bars: after them, or before them where the picture ends. */
function drawTime({ spans, error }: TraceRow, baseline: number, left: Scale['left']): string {
  const tookMs = spans.reduce((sum, span) => sum + span.endMs - span.startMs, 0);
  const words = error === null ? showMs(tookMs) : `${showMs(tookMs)} ${error}`;
  const end = Math.max(...spans.map(({ endMs }) => left(endMs)));
  const start = Math.min(...spans.map(({ startMs }) => left(startMs)));
  const needed = words.length * timeLetter + 8;
  const look = `class="time${error === null ? '' : ' error'}" y="${baseline - 1}"`;
  if (end + needed < axisRight) return `<text ${look} x="${round(end + 6)}">${escape(words)}</text>`;
  if (start - needed > axisLeft)
    return `<text ${look} x="${round(start - 6)}" text-anchor="end">${escape(words)}</text>`;
  // On the bar itself, which fills the axis.
  return `<text class="time on-bar" y="${baseline - 1}" x="${round(start + 8)}">${escape(words)}</text>`;
}

function showMs(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1_000).toFixed(1).replace(/\.0$/, '')} s`;
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(2).replace(/\.?0+$/, '')} s`;
  return ms >= 10 || ms === 0 ? `${Math.round(ms)} ms` : `${ms.toFixed(1)} ms`;
}

const cut = (text: string, letters: number) =>
  text.length <= letters ? text : letters < 2 ? '' : `${text.slice(0, letters - 1)}…`;

const round = (value: number) => Math.round(value * 10) / 10;

/** Escapes text for XML, replacing characters that XML forbids, since names are untrusted. */
const escape = (text: string) =>
  text
    .replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\u{fffd}')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
