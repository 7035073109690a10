/**
 * Escapes text for a cell of a Markdown table: a bar would end the cell, and `<key>` would be parsed as an HTML tag.
 */
export function escapeCell(text: string): string {
  return text.replaceAll('|', String.raw`\|`).replaceAll('<', '&lt;');
}
