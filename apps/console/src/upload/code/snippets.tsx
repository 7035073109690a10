import type { Upload } from '@landfall/client/browser';
import { CopyButton } from '../shown/copy-button.js';
import { words } from '../shown/upload-words.js';
import { writeHls, writePicture, writeRequests } from './write-snippets.js';
import { CodeText } from '../shown/code-text.js';

/** Code snippets that embed the upload in a page or fetch it from the API. */
export function Snippets({ upload }: { upload: Upload }) {
  const stream = upload.renditions.find(({ kind, url }) => kind === 'hls' && url !== null);
  const embeds = [
    [words.value.picture, writePicture(upload)],
    [words.value.hls, stream ? writeHls(stream) : null],
  ] as const;
  const requests = Object.entries(writeRequests(upload.id, location.origin));
  return (
    <>
      {embeds.some(([, code]) => code !== null) && (
        <section>
          <h2>{words.value.embed}</h2>
          {embeds.map(([name, code]) => code !== null && <Snippet key={name} name={name} code={code} />)}
        </section>
      )}
      <section>
        <h2>{words.value.fetch}</h2>
        {requests.map(([name, code]) => (
          <Snippet key={name} name={name} code={code} />
        ))}
      </section>
    </>
  );
}

function Snippet({ name, code }: { name: string; code: string }) {
  return (
    <details class="upload-snippet">
      <summary>{name}</summary>
      <CopyButton text={code} label={`${words.value.copy}: ${name}`} />
      <CodeText text={code} />
    </details>
  );
}
