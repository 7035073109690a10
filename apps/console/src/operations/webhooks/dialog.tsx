import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { words } from './words.js';

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** A modal dialog that is open while it is rendered. The browser traps the focus, and Escape closes it. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isGone = useRef(false);
  const titleId = useId();
  useEffect(() => {
    const { current } = dialog;
    current?.showModal();
    return () => {
      isGone.current = true;
      // Returns the focus to the element that opened it.
      current?.close();
    };
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={titleId} onClose={() => isGone.current || onClose()}>
      <article>
        <header>
          <button type="button" class="close" aria-label={words.value.close} onClick={onClose} />
          <h2 id={titleId}>{title}</h2>
        </header>
        {children}
      </article>
    </dialog>
  );
}
