import { useSignal } from '@preact/signals';
import { words } from './upload-words.js';

/** Copies a text; `label` describes it to screen readers. */
export function CopyButton({ text, word, label }: { text: string; word?: string; label: string }) {
  const isCopied = useSignal(false);
  // Pages on plain HTTP have no clipboard access, except on localhost.
  if (!('clipboard' in navigator)) return null;
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    isCopied.value = true;
    setTimeout(() => (isCopied.value = false), 2_000);
  };
  return (
    <button
      class="secondary outline upload-copy"
      type="button"
      aria-label={label}
      onClick={() => void copy()}
    >
      {isCopied.value ? words.value.copied : (word ?? words.value.copy)}
    </button>
  );
}
