import { formatBytes } from '../../language/formats.js';
import { StatusMark } from '../../parts/status-mark.js';
import { Thumbnail } from '../../parts/thumbnail.js';
import { words } from '../list/browsing-words.js';
import type { Grid } from './rows.js';
import type { Entry, Shown } from '../list/upload-list.js';

interface CellProps {
  entry: Entry;
  /** Undefined until it is loaded. */
  upload: Shown | undefined;
  grid: Grid;
  isChosen: boolean;
  onChoose: (choice: { isChosen: boolean; isRange: boolean }) => void;
  onLost: () => void;
}

/** One upload in the gallery. */
export function Cell({ entry, upload, grid: { cellWidth, pictureHeight }, ...props }: CellProps) {
  if (!upload)
    return (
      <li class="browsing-cell" style={{ width: `${cellWidth}px` }} aria-busy="true">
        <div class="browsing-picture" style={{ height: `${pictureHeight}px` }} />
      </li>
    );
  const name = upload.title ?? upload.objectKey;
  const kind = words.value[upload.kind ?? 'unknown'];
  return (
    <li
      class={props.isChosen ? 'browsing-cell browsing-chosen' : 'browsing-cell'}
      style={{ width: `${cellWidth}px` }}
    >
      <a href={`/console/uploads/${entry.id}`} data-entry={entry.id} title={name}>
        <div class="browsing-picture" style={{ height: `${pictureHeight}px` }}>
          <Thumbnail
            placeholder={upload.placeholder}
            renditions={upload.renditions}
            width={cellWidth}
            fallback={kind}
            onLost={props.onLost}
          />
        </div>
        <bdi class="browsing-name">{name}</bdi>
        <span class="browsing-facts">
          <StatusMark status={upload.status} />
          <span>
            {[upload.kind && kind, upload.sizeBytes !== null && formatBytes(upload.sizeBytes)]
              .filter(Boolean)
              .join(' · ')}
          </span>
        </span>
      </a>
      <label class="browsing-choice">
        <input
          type="checkbox"
          checked={props.isChosen}
          aria-label={words.value.select(name)}
          onClick={(event) =>
            props.onChoose({ isChosen: event.currentTarget.checked, isRange: event.shiftKey })
          }
        />
      </label>
      {entry.distance !== undefined ? (
        <span class="browsing-distance">{words.value.distance(entry.distance)}</span>
      ) : (
        upload.perceptualHash !== null && (
          <a
            class="browsing-similar"
            href={`/console/?similarTo=${entry.id}`}
            aria-label={`${words.value.similar}: ${name}`}
            title={words.value.similar}
          >
            ≈
          </a>
        )
      )}
    </li>
  );
}
