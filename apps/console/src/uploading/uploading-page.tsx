import './uploading.css';
import { useEvents } from '../live/use-events.js';
import { PageHead } from '../parts/page-head.js';
import { ProblemNote } from '../parts/problem-note.js';
import { words as pageWords } from '../words.js';
import { DropZone } from './drop-zone.js';
import { followProblem, noteEvents } from './follow-uploads.js';
import { OptionsForm } from './options-form.js';
import { TransferList, TransferSummary } from './transfer-list.js';
import { transfers } from './transfers.js';

/** The page for uploading files. Transfers continue while other pages are shown. */
export default function UploadingPage() {
  useEvents(noteEvents);
  return (
    <>
      <PageHead title={pageWords.value.upload} />
      <div class="uploading">
        <DropZone />
        <OptionsForm />
        {followProblem.value !== null && <ProblemNote problem={followProblem.value} />}
        {transfers.value.length > 0 && (
          <section class="uploading-files">
            <TransferSummary />
            <TransferList />
          </section>
        )}
      </div>
    </>
  );
}
