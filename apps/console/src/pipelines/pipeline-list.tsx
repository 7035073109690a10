import type { Pipeline } from '@landfall/client/browser';
import { describeMatch, describeRendition } from './describe-fields.js';
import { words } from './words.js';

/** The pipelines in order, each with its conditions and renditions. */
export function PipelineList({ pipelines }: { pipelines: readonly Pipeline[] }) {
  if (pipelines.length === 0) return <p>{words.value.none}</p>;
  return (
    <ol class="pipes-list">
      {pipelines.map((pipeline) => (
        <li key={`${String(pipeline.match['kind'])} ${pipeline.name}`}>
          <PipelineCard pipeline={pipeline} />
        </li>
      ))}
    </ol>
  );
}

function PipelineCard({ pipeline }: { pipeline: Pipeline }) {
  const { name, match, keepLocation, damaged, renditions } = pipeline;
  const { matches, makes, keepsLocation, continues } = words.value;
  const rules = [
    ...(keepLocation ? [keepsLocation] : []),
    ...(damaged === null ? [] : [words.value.damaged[damaged]]),
    ...(pipeline.continue ? [continues] : []),
  ];
  return (
    <article class="pipes-card">
      <h3>{name}</h3>
      <div class="pipes-way">
        <div>
          <h4>{matches}</h4>
          <ul>
            {describeMatch(match).map((condition) => (
              <li key={condition}>{condition}</li>
            ))}
          </ul>
          {rules.map((rule) => (
            <p key={rule} class="pipes-muted">
              {rule}
            </p>
          ))}
        </div>
        <span class="pipes-arrow" aria-hidden="true">
          →
        </span>
        <div>
          <h4>{makes}</h4>
          <ul>
            {renditions.map((rendition) => (
              <li key={rendition.name}>
                <strong>{rendition.name}</strong> <code>{rendition.kind}</code>
                <span class="pipes-muted"> {describeRendition(rendition).join(' · ')}</span>
              </li>
            ))}
          </ul>
        </div>
      </div>
    </article>
  );
}
