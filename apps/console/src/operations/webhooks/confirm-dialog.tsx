import { ProblemNote } from '../../parts/problem-note.js';
import { Dialog } from './dialog.js';
import { useAction } from './use-action.js';
import { words } from './words.js';

interface ConfirmProps {
  title: string;
  text: string;
  /** Label of the button that carries it out. */
  word: string;
  onClose: () => void;
  onConfirm: () => Promise<void>;
}

/** Asks for confirmation before an irreversible action. */
export function ConfirmDialog({ title, text, word, onClose, onConfirm }: ConfirmProps) {
  const { isBusy, problem, run } = useAction();
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text}</p>
      {problem !== null && <ProblemNote problem={problem} />}
      <footer class="ops-buttons">
        <button type="button" class="secondary" onClick={onClose}>
          {words.value.cancel}
        </button>
        <button type="button" aria-busy={isBusy} disabled={isBusy} onClick={() => run(onConfirm)}>
          {word}
        </button>
      </footer>
    </Dialog>
  );
}
