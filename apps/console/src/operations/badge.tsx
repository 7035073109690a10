/** A status, indicated by colour and text. */
export function Badge({ tone, children }: { tone: 'good' | 'warn' | 'bad' | 'off'; children: string }) {
  return <span class={`ops-badge ops-${tone}`}>{children}</span>;
}
