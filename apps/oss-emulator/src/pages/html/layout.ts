import type { FaultRule } from '../../faults/fault-plan.js';
import { html, type Html } from './html.js';

const sections = [
  ['buckets', 'Buckets'],
  ['callbacks', 'Callbacks'],
  ['events', 'Events'],
  ['faults', 'Faults'],
] as const;

export interface Page {
  readonly title: string;
  /** One of `sections`. */
  readonly section: (typeof sections)[number][0];
  readonly main: Html;
  /** Whether the page refreshes itself every two seconds. */
  readonly refreshing?: boolean;
  /** The active fault rules. */
  readonly rules: readonly FaultRule[];
}

/** Renders a complete document. */
export function writePage({ title, section, main, refreshing, rules }: Page): string {
  const links = sections.map(
    ([path, name]) =>
      html`<li><a href="/-/${path}" ${path === section && html` aria-current="page"`}>${name}</a></li>`,
  );
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · OSS emulator</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/-/style.css" />
        <script src="/-/script.js" defer></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="top">
          <p class="brand"><a href="/-/">OSS emulator</a></p>
          <nav aria-label="Sections">
            <ul>
              ${links}
            </ul>
          </nav>
        </header>
        ${
          rules.length > 0 &&
          html`<p class="banner">
            <strong>Faults are on:</strong> ${rules.map(({ fault }) => fault).join(', ')}.
            <a href="/-/faults">Change</a>
          </p>`
        }
        <main id="main" ${refreshing && html` data-refreshing`}>${main}</main>
      </body>
    </html> `.text;
}
