import type { ComponentChildren } from 'preact';

/** A container for content wider than a phone, such as a table. It scrolls separately, also by keyboard. */
export function Scrolled({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // Scrollable content must be reachable by keyboard, and no native element serves this purpose.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/prefer-tag-over-role
    <div class="scrolled" role="group" tabindex={0} aria-label={label}>
      {children}
    </div>
  );
}
