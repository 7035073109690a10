/** Whether a key matches a pattern in which `*` stands for zero or more characters. Never backtracks. */
export function matchesPattern(pattern: string, key: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return key === first;
  if (!key.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = key.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return key.length >= at + last.length && key.endsWith(last);
}
