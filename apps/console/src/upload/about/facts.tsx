import type { Upload } from '@landfall/client/browser';
import { words } from '../shown/upload-words.js';
import { FactTable } from './fact-table.js';
import { readFacts } from './read-facts.js';
import { CodeText } from '../shown/code-text.js';

/** The facts read from the file, as a table and as JSON. */
export function Facts({ upload }: { upload: Upload }) {
  const { metadata, placeholder } = upload;
  const facts = readFacts(metadata);
  return (
    <section>
      <h2>{words.value.facts}</h2>
      {facts.length === 0 ? <p>{words.value.noFacts}</p> : <FactTable facts={facts} />}
      {placeholder && (
        <p class="upload-colours" aria-label={words.value.colours}>
          {placeholder.colors.map(({ color, share }) => (
            <span key={color}>
              <i style={{ backgroundColor: color }} />
              <code>{color}</code> {Math.round(share * 100)}%
            </span>
          ))}
        </p>
      )}
      <details>
        <summary>{words.value.json}</summary>
        <CodeText text={JSON.stringify(metadata, null, 2)} />
      </details>
    </section>
  );
}
