import type { UploadQuery } from '@landfall/client/browser';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { ProblemNote } from '../../parts/problem-note.js';
import { words } from '../list/browsing-words.js';
import { exportedAtMost, readExport, save, writeCsv, writeJson } from './export.js';

/** Saves the uploads that match a query, or the chosen ones, to a file. */
export function ExportMenu({ from }: { from: { query: UploadQuery } | { ids: readonly string[] } }) {
  const isBusy = useSignal(false);
  const isCut = useSignal(false);
  const problem = useSignal<unknown>(null);
  const leaving = useRef(new AbortController());
  useEffect(() => () => leaving.current.abort(), []);

  const run = async (format: 'json' | 'csv') => {
    const { signal } = leaving.current;
    isBusy.value = true;
    isCut.value = false;
    problem.value = null;
    try {
      const read = await readExport(from, signal);
      if (format === 'json') save('uploads.json', 'application/json', writeJson(read.items));
      else save('uploads.csv', 'text/csv;charset=utf-8', writeCsv(read.items));
      isCut.value = read.isCut;
    } catch (error) {
      if (!signal.aborted) problem.value = error;
    }
    isBusy.value = false;
  };
  return (
    <div class="browsing-export">
      <div class="browsing-formats">
        <span class="browsing-export-word" aria-hidden="true">
          {words.value.export}
        </span>
        {(['json', 'csv'] as const).map((format) => (
          <button
            key={format}
            class="secondary outline"
            type="button"
            aria-label={format === 'json' ? words.value.exportJson : words.value.exportCsv}
            disabled={isBusy.value}
            onClick={() => void run(format)}
          >
            {format.toUpperCase()}
          </button>
        ))}
      </div>
      {isCut.value && <output>{words.value.exportCut(exportedAtMost)}</output>}
      {problem.value !== null && <ProblemNote problem={problem.value} />}
    </div>
  );
}
