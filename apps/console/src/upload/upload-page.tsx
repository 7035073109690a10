import './upload.css';
import { useSignal } from '@preact/signals';
import { useRoute } from 'preact-iso';
import { failuresLink } from '../failures/failures-link.js';
import { PageHead } from '../parts/page-head.js';
import { ProblemNote } from '../parts/problem-note.js';
import { StatusMark } from '../parts/status-mark.js';
import { client } from '../session/session.js';
import { Callback } from './about/callback.js';
import { Facts } from './about/facts.js';
import { Timeline } from './about/timeline.js';
import { Actions, ask } from './change/actions.js';
import { OwnWords } from './change/own-words.js';
import { Snippets } from './code/snippets.js';
import { Comparison } from './renditions/comparison.js';
import { Original } from './renditions/original.js';
import { RenditionCard } from './renditions/rendition-card.js';
import { words } from './shown/upload-words.js';
import { useUpload } from './shown/use-upload.js';

/** One upload: its status, its renditions and everything known about it. */
export default function UploadPage() {
  const { id = '' } = useRoute().params;
  // Keyed by id, so that no state of the previous upload remains.
  return <OneUpload key={id} id={id} />;
}

function OneUpload({ id }: { id: string }) {
  const { value: upload, problem, isLoading, reload } = useUpload(id);
  const failure = useSignal<unknown>(null);
  const page = { onChange: reload, onProblem: (error: unknown) => (failure.value = error) };
  if (!upload)
    return (
      <>
        <PageHead title={words.value.one} />
        {problem === null ? (
          <p aria-busy={isLoading}>{words.value.loading}</p>
        ) : (
          <ProblemNote problem={problem} onRetry={reload} />
        )}
      </>
    );
  const { renditions, error, warnings, supersededBy } = upload;
  return (
    <>
      <PageHead title={upload.title ?? upload.objectKey}>
        <Actions upload={upload} {...page} />
      </PageHead>
      <div class="upload-summary">
        <StatusMark status={upload.status} />
        <bdi>
          {upload.bucket}/{upload.objectKey}
        </bdi>
        <Original id={upload.id} />
      </div>
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      {failure.value !== null && <ProblemNote problem={failure.value} />}
      {supersededBy !== null && (
        <p>
          {words.value.superseded} <a href={`/console/uploads/${supersededBy}`}>{supersededBy}</a>
        </p>
      )}
      {error && (
        <div class="problem">
          <p>
            <strong>{words.value.failedBecause}</strong> {error.message} <code>{error.code}</code>{' '}
            <a href={failuresLink(error.code, upload.createdAt)}>{words.value.allFailures}</a>
          </p>
        </div>
      )}
      {warnings.length > 0 && (
        <p>
          {words.value.warnings}: <code>{warnings.join(', ')}</code>
        </p>
      )}
      <div class="upload-columns">
        <div>
          <Comparison upload={upload} />
          <section>
            <h2>{words.value.renditions}</h2>
            {renditions.length === 0 && <p>{words.value.noRenditions}</p>}
            <div class="upload-renditions">
              {renditions.map((rendition) => (
                <RenditionCard
                  key={rendition.name}
                  rendition={rendition}
                  all={renditions}
                  landedAt={upload.createdAt}
                  onAgain={() =>
                    void ask(page, () =>
                      client().uploads.reprocess(upload.id, { renditions: [rendition.name] }),
                    )
                  }
                />
              ))}
            </div>
          </section>
          <Snippets upload={upload} />
        </div>
        <div>
          <OwnWords upload={upload} onChange={reload} />
          <Facts upload={upload} />
          <Callback upload={upload} />
          <Timeline id={upload.id} />
        </div>
      </div>
    </>
  );
}
