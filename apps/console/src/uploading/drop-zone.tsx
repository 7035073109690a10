import { useSignal } from '@preact/signals';
import type { TargetedEvent } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import { ProblemNote } from '../parts/problem-note.js';
import { type ChosenFile, chosenMax, filesOfDrop, filesOfInput, filesOfPaste } from './chosen-files.js';
import { addFiles } from './transfers.js';
import { words } from './words.js';

/** Makes an input choose folders. The attribute is non-standard, but all browsers have the property. */
function takeFolders(input: HTMLInputElement | null): void {
  if (input) input.webkitdirectory = true;
}

/** Accepts files dropped anywhere on the page, pasted, or chosen with one of two inputs. */
export function DropZone() {
  const isOver = useSignal(false);
  const isCut = useSignal(false);
  const problem = useSignal<unknown>(null);

  const take = (files: readonly ChosenFile[]) => {
    isCut.value = files.length > chosenMax;
    problem.value = null;
    addFiles(files.slice(0, chosenMax));
  };
  const choose = ({ currentTarget }: TargetedEvent<HTMLInputElement>) => {
    take(filesOfInput(currentTarget.files ?? new DataTransfer().files));
    // Reset, so that choosing the same file again triggers an event.
    currentTarget.value = '';
  };

  // As soon as it is shown: a browser leaves the page for a file that is dropped on it before.
  useLayoutEffect(() => {
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      isOver.value = true;
    };
    const leave = ({ relatedTarget }: DragEvent) => {
      if (relatedTarget === null) isOver.value = false;
    };
    const drop = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      isOver.value = false;
      filesOfDrop(event.dataTransfer).then(take, (error: unknown) => {
        problem.value = error;
      });
    };
    const paste = ({ clipboardData }: ClipboardEvent) => {
      if (clipboardData && clipboardData.files.length > 0) take(filesOfPaste(clipboardData.files));
    };
    document.addEventListener('dragover', over);
    document.addEventListener('dragleave', leave);
    document.addEventListener('drop', drop);
    document.addEventListener('paste', paste);
    return () => {
      document.removeEventListener('dragover', over);
      document.removeEventListener('dragleave', leave);
      document.removeEventListener('drop', drop);
      document.removeEventListener('paste', paste);
    };
  }, []);

  return (
    <>
      <div class="uploading-zone" data-over={isOver.value}>
        <p>{isOver.value ? words.value.letGo : words.value.dropHere}</p>
        <div class="uploading-choices">
          <label class="uploading-choice">
            {words.value.chooseFiles}
            <input type="file" multiple onChange={choose} />
          </label>
          <label class="uploading-choice">
            {words.value.chooseFolder}
            <input type="file" ref={takeFolders} onChange={choose} />
          </label>
        </div>
      </div>
      {isCut.value && <p role="alert">{words.value.tooMany(chosenMax)}</p>}
      {problem.value !== null && <ProblemNote problem={problem.value} />}
    </>
  );
}
