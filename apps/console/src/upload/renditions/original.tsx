import { useSignal } from '@preact/signals';
import { ProblemNote } from '../../parts/problem-note.js';
import { client } from '../../session/session.js';
import { words } from '../shown/upload-words.js';

/** Opens the original; its URL is signed only on request. */
export function Original({ id }: { id: string }) {
  const problem = useSignal<unknown>(null);
  const open = async () => {
    // Opened within the click handler, since a popup blocker would block it later.
    const page = window.open('', '_blank');
    problem.value = null;
    try {
      const { url } = await client().uploads.original(id);
      if (!page) return;
      page.opener = null;
      page.location.href = url;
    } catch (error) {
      page?.close();
      problem.value = error;
    }
  };
  return (
    <>
      <button class="secondary outline upload-copy" type="button" onClick={() => void open()}>
        {words.value.openOriginal}
      </button>
      {problem.value !== null && <ProblemNote problem={problem.value} />}
    </>
  );
}
