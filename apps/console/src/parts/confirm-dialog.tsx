import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { inLanguages } from '../language/language.js';

const words = inLanguages({ en: { keep: 'Cancel' }, 'zh-CN': { keep: '取消' } });

interface ConfirmProps {
  title: string;
  /** What is done, on the button that does it. */
  action: string;
  children: ComponentChildren;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before what cannot be undone. It is open for as long as it is there; Escape and the first button leave everything. */
export function ConfirmDialog({ title, action, children, onConfirm, onClose }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby={titleId} onClose={onClose}>
      <article>
        <h2 id={titleId}>{title}</h2>
        {children}
        <footer>
          <button class="secondary" type="button" onClick={() => dialog.current?.close()}>
            {words.value.keep}
          </button>
          <button
            class="danger"
            type="button"
            onClick={() => {
              onConfirm();
              dialog.current?.close();
            }}
          >
            {action}
          </button>
        </footer>
      </article>
    </dialog>
  );
}
