import { client } from '../session/session.js';
import { ProblemNote } from '../parts/problem-note.js';
import { StatusMark } from '../parts/status-mark.js';
import { Thumbnail } from '../parts/thumbnail.js';
import { useLoaded } from '../parts/use-loaded.js';
import { words } from './list/browsing-words.js';

/** The API's maximum and default distance. */
const furthest = 11;
const usual = 7;

interface SimilarHeadProps {
  id: string;
  distance: string | null;
  onDistance: (distance: string) => void;
}

/** The upload whose near duplicates are shown. */
export function SimilarHead({ id, distance, onDistance }: SimilarHeadProps) {
  const {
    value: upload,
    problem,
    reload,
  } = useLoaded((signal) => client().uploads.get(id, { signal }), [id]);
  if (problem !== null) return <ProblemNote problem={problem} onRetry={reload} />;
  const name = upload?.title ?? upload?.objectKey ?? '';
  return (
    <section class="browsing-similar-head">
      <h2>{words.value.similarTo}</h2>
      <a href={`/console/uploads/${id}`} aria-label={name}>
        <div class="browsing-reference">
          {upload && (
            <Thumbnail
              placeholder={upload.placeholder}
              renditions={upload.renditions}
              width={320}
              fallback={words.value[upload.kind ?? 'unknown']}
            />
          )}
        </div>
        <bdi class="browsing-name">{name}</bdi>
      </a>
      {upload && <StatusMark status={upload.status} />}
      <label>
        {words.value.maxDistance}: <span>{distance ?? usual}</span>
        <input
          type="range"
          min={0}
          max={furthest}
          value={distance ?? usual}
          onChange={(event) => onDistance(event.currentTarget.value)}
        />
      </label>
      <a href="/console/">{words.value.leaveSimilar}</a>
    </section>
  );
}
