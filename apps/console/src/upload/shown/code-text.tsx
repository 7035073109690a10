/** Preformatted text that scrolls if it is long; focusable, so that it can be scrolled by keyboard. */
export function CodeText({ text }: { text: string }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <pre tabIndex={0}>{text}</pre>
  );
}
