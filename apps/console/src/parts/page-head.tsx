import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';

/** Heading of a page, also in the title of the window; what is done with the whole page stands beside it. */
export function PageHead({ title, children }: { title: string; children?: ComponentChildren }) {
  useEffect(() => {
    document.title = `${title} · Landfall`;
  }, [title]);
  return (
    <header class="page-head">
      <h1>{title}</h1>
      {children && <div class="actions">{children}</div>}
    </header>
  );
}
