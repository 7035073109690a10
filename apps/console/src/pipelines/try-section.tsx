import type { Pipeline, PipelineRendition, Trial } from '@landfall/client/browser';
import type { TargetedSubmitEvent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { formatBytes } from '../language/formats.js';
import { ProblemNote } from '../parts/problem-note.js';
import { useLoaded } from '../parts/use-loaded.js';
import { client } from '../session/session.js';
import { words } from './words.js';

/** Number of recent images to choose from. */
const offered = 50;
const lookMs = 500;
/** If it takes longer, the workers are busy or none is running. */
const longestMs = 60_000;

/** Polls a trial until it is done, for at most a minute. */
async function untilMade(begun: Trial, signal: AbortSignal): Promise<Trial> {
  const until = Date.now() + longestMs;
  let trial = begun;
  while (trial.state === 'waiting' && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, lookMs));
    trial = await client().pipelines.trial(trial.id, { signal });
  }
  return trial;
}

/** Makes one rendition of the draft from one image and shows it; nothing is published. */
export function TrySection({ pipelines }: { pipelines: readonly Pipeline[] }) {
  const [trial, setTrial] = useState<Trial | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const leaving = useRef(new AbortController());
  useEffect(() => () => leaving.current.abort(), []);
  const images = useLoaded(async (signal) => {
    const query = { kind: 'image', limit: offered, fields: ['id', 'objectKey'] } as const;
    for await (const { items } of client()
      .uploads.list({ ...query, fields: [...query.fields] }, { signal })
      .pages())
      return items;
    return [];
  }, []);
  const choices = pipelines.flatMap(({ name, renditions }) =>
    renditions.filter(({ kind }) => kind === 'image').map((rendition) => ({ pipeline: name, rendition })),
  );
  const make = async (uploadId: string, rendition: PipelineRendition) => {
    const { signal } = leaving.current;
    setIsBusy(true);
    setProblem(null);
    setTrial(null);
    try {
      const begun = await client().pipelines.try({ uploadId, rendition }, { signal });
      setTrial(begun);
      setTrial(await untilMade(begun, signal));
    } catch (error) {
      if (!signal.aborted) setProblem(error);
    } finally {
      if (!signal.aborted) setIsBusy(false);
    }
  };
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const choice = choices[Number(data.get('rendition'))];
    if (choice) void make(String(data.get('upload')), choice.rendition);
  };
  const isPossible = choices.length > 0 && (images.value?.length ?? 0) > 0;
  return (
    <section aria-labelledby="try">
      <h2 id="try">{words.value.tryImage}</h2>
      <p class="pipes-muted">{words.value.tryImageHint}</p>
      {images.problem !== null && <ProblemNote problem={images.problem} onRetry={images.reload} />}
      <form class="pipes-request" onSubmit={submit}>
        <label>
          {words.value.image}
          <select name="upload">
            {images.value?.map(({ id, objectKey }) => (
              <option key={id} value={id}>
                {objectKey}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.value.rendition}
          <select name="rendition">
            {choices.map(({ pipeline, rendition }, index) => (
              <option key={`${pipeline} ${rendition.name}`} value={index}>
                {pipeline} / {rendition.name}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" aria-busy={isBusy} disabled={isBusy || !isPossible}>
          {words.value.tryIt}
        </button>
      </form>
      {problem !== null && <ProblemNote problem={problem} />}
      <output>{trial && <Result trial={trial} isBusy={isBusy} />}</output>
    </section>
  );
}

function Result({ trial, isBusy }: { trial: Trial; isBusy: boolean }) {
  const { state, url, error, width, height, mimeType, sizeBytes } = trial;
  if (error) return <ProblemNote problem={new Error(`${error.message} (${error.code})`)} />;
  if (state === 'waiting' || url === null)
    return <p class="pipes-muted">{isBusy ? words.value.makingIt : words.value.stillWaits}</p>;
  return (
    <figure class="pipes-trial">
      <img src={url} width={width ?? undefined} height={height ?? undefined} alt={words.value.trialShown} />
      <figcaption>
        {width} × {height} px · {mimeType} · {formatBytes(sizeBytes ?? 0)}
      </figcaption>
    </figure>
  );
}
