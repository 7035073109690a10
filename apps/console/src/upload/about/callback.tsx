import type { Upload } from '@landfall/client/browser';
import { formatBytes, formatTime } from '../../language/formats.js';
import { words } from '../shown/upload-words.js';
import { FactTable } from './fact-table.js';
import type { Fact } from './read-facts.js';
import { CodeText } from '../shown/code-text.js';

/** The data of the callback as received, and the proof of its authenticity. */
export function Callback({ upload }: { upload: Upload }) {
  const { imageInfo, contradictions, vars, claimedVars } = upload;
  const facts = [
    [words.value.source, upload.source],
    [words.value.proof, upload.proof],
    [words.value.requestId, upload.requestId],
    [words.value.bucket, upload.bucket],
    [words.value.objectKey, upload.objectKey],
    [words.value.etag, upload.etag],
    [words.value.size, upload.sizeBytes === null ? null : formatBytes(upload.sizeBytes)],
    [words.value.mimeType, upload.mimeType],
    [words.value.pipeline, upload.pipeline],
    [words.value.landed, formatTime(upload.createdAt)],
    [words.value.ready, upload.readyAt === null ? null : formatTime(upload.readyAt)],
    [
      words.value.imageInfo,
      imageInfo && `${imageInfo.width ?? '?'} × ${imageInfo.height ?? '?'} ${imageInfo.format ?? ''}`,
    ],
  ] as const;
  const factsOf = (values: Record<string, string>): Fact[] =>
    Object.entries(values).map(([name, value]) => ({ name, value }));
  return (
    <section>
      <h2>{words.value.callback}</h2>
      <FactTable facts={facts.map(([name, value]) => ({ name, value: value ?? words.value.nothing }))} />
      {[
        [words.value.vars, factsOf(vars)] as const,
        [words.value.claimedVars, factsOf(claimedVars)] as const,
        [
          words.value.contradictions,
          contradictions.map(({ field, imageInfo: said, found }) => ({
            name: field,
            value: words.value.contradiction(String(said), String(found)),
          })),
        ] as const,
      ].map(
        ([title, rows]) =>
          rows.length > 0 && (
            <div key={title}>
              <h3>{title}</h3>
              <FactTable facts={rows} />
            </div>
          ),
      )}
      <details>
        <summary>{words.value.json}</summary>
        <CodeText
          text={JSON.stringify(
            { ...upload, renditions: undefined, metadata: undefined, placeholder: undefined },
            null,
            2,
          )}
        />
      </details>
    </section>
  );
}
