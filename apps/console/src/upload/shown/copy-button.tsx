import { useSignal } from '@preact/signals';
import { words } from './upload-words.js';

/** Copies a text; what it is of is told to those who do not see what stands beside it. */
export function CopyButton({ text, label }: { text: string; label?: string }) {
  const isCopied = useSignal(false);
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
      {isCopied.value ? words.value.copied : words.value.copy}
    </button>
  );
}
