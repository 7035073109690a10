import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { inLanguages } from '../language/language.js';

const words = inLanguages({ en: { keep: 'Cancel' }, 'zh-CN': { keep: '取消' } });

interface ConfirmProps {
  title: string;
  /** Label of the button that carries it out. */
  action: string;
  children: ComponentChildren;
  onConfirm: () => void;
  onClose: () => void;
}

/**
 * Asks for confirmation before an irreversible action. Open while it is rendered; Escape and the first button cancel.
 */
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
