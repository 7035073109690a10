import type { Rendition, Upload } from '@landfall/client/browser';
import { useSignal } from '@preact/signals';
import { formatBytes } from '../../language/formats.js';
import { ProblemNote } from '../../parts/problem-note.js';
import { isPicture } from '../../parts/thumbnail.js';
import { useLoaded } from '../../parts/use-loaded.js';
import { client } from '../../session/session.js';
import { words } from '../shown/upload-words.js';

/** Types of originals that browsers can show. */
const shownOriginals = /^image\/(webp|jpeg|png|avif|gif|svg\+xml)$/;

/** Shows a rendition and the original on top of each other, with a slider between them. */
export function Comparison({ upload }: { upload: Upload }) {
  const pictures = upload.renditions.filter((one) => one.kind === 'image' && isPicture(one));
  const largest = pictures.toSorted((one, other) => (other.width ?? 0) - (one.width ?? 0))[0];
  if (!largest) return null;
  return (
    <section class="upload-comparison">
      <h2>{words.value.compare}</h2>
      {shownOriginals.test(upload.mimeType ?? '') ? (
        <Slider upload={upload} pictures={pictures} first={largest.name} />
      ) : (
        <p>{words.value.notComparable}</p>
      )}
    </section>
  );
}

function Slider({ upload, pictures, first }: { upload: Upload; pictures: Rendition[]; first: string }) {
  const chosen = useSignal(first);
  const split = useSignal(50);
  const {
    value: original,
    problem,
    reload,
  } = useLoaded((signal) => client().uploads.original(upload.id, { signal }), [upload.id]);
  const shown = pictures.find(({ name }) => name === chosen.value) ?? pictures[0];
  if (!shown) return null;
  return (
    <>
      <div
        class="upload-compared"
        style={{
          aspectRatio: `${shown.width ?? 4} / ${shown.height ?? 3}`,
          maxWidth: `calc(70vh * ${(shown.width ?? 4) / (shown.height ?? 3)})`,
        }}
      >
        <img src={shown.url ?? ''} alt={shown.name} />
        {original && (
          <img
            src={original.url}
            alt={words.value.original}
            style={{ clipPath: `inset(0 ${100 - split.value}% 0 0)` }}
          />
        )}
        <span class="upload-split" style={{ left: `${split.value}%` }} />
        <input
          type="range"
          aria-label={words.value.split}
          aria-valuetext={`${split.value}%`}
          min={0}
          max={100}
          value={split.value}
          onInput={(event) => (split.value = Number(event.currentTarget.value))}
        />
      </div>
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      <div class="upload-choices">
        <span>
          {words.value.original}
          {upload.sizeBytes !== null && ` · ${formatBytes(upload.sizeBytes)}`}
        </span>
        <label>
          {words.value.compareWith}
          <select value={shown.name} onChange={(event) => (chosen.value = event.currentTarget.value)}>
            {pictures.map(({ name, width, height, sizeBytes }) => (
              <option key={name} value={name}>
                {name} · {width} × {height}
                {sizeBytes !== null && ` · ${formatBytes(sizeBytes)}`}
              </option>
            ))}
          </select>
        </label>
      </div>
    </>
  );
}
