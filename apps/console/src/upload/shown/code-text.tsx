/** Text of machines, which scrolls where it is long: by keys too, so it can have the focus. */
export function CodeText({ text }: { text: string }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <pre tabIndex={0}>{text}</pre>
  );
}
