import './pipelines.css';
import type { Pipelines } from '@landfall/client/browser';
import { useState } from 'preact/hooks';
import { PageHead } from '../parts/page-head.js';
import { ProblemNote } from '../parts/problem-note.js';
import { useLoaded } from '../parts/use-loaded.js';
import { client } from '../session/session.js';
import { words as common } from '../words.js';
import { DryRunSection } from './dry-run-section.js';
import { FieldReference } from './field-reference.js';
import { PipelineList } from './pipeline-list.js';
import { TextEditor } from './text-editor.js';
import { TrySection } from './try-section.js';
import { useCheck } from './use-check.js';
import { words } from './words.js';

/** The current pipelines, and a way to try out changes. */
export default function PipelinesPage() {
  const { value, problem, reload } = useLoaded((signal) => client().pipelines.get({ signal }), []);
  return (
    <div class="pipes">
      <PageHead title={common.value.pipelines} />
      <p class="pipes-muted">{words.value.intro}</p>
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      {value && (
        <>
          <section aria-labelledby="in-force">
            <h2 id="in-force">{words.value.inForce}</h2>
            <PipelineList pipelines={value.pipelines} />
          </section>
          <Trial inForce={value} />
        </>
      )}
    </div>
  );
}

/** A draft of the file: validated, shown, and used for trials and dry runs. */
function Trial({ inForce: { text: inForce, pipelines } }: { inForce: Pipelines }) {
  const [text, setText] = useState(inForce);
  const { check, problem } = useCheck(text);
  return (
    <>
      <section aria-labelledby="trial">
        <header class="pipes-head">
          <h2 id="trial">{words.value.tryText}</h2>
          <button
            type="button"
            class="secondary outline"
            disabled={text === inForce}
            onClick={() => setText(inForce)}
          >
            {words.value.reset}
          </button>
        </header>
        <p class="pipes-muted">{words.value.tryHint}</p>
        <TextEditor
          text={text}
          onInput={setText}
          check={check}
          isChecking={check === null && problem === null}
        />
        {problem !== null && <ProblemNote problem={problem} />}
        {text !== inForce && check?.pipelines && (
          <details>
            <summary>{words.value.wouldBe}</summary>
            <PipelineList pipelines={check.pipelines} />
          </details>
        )}
        <FieldReference />
      </section>
      <TrySection pipelines={check?.pipelines ?? pipelines} />
      <DryRunSection text={text} isValid={check?.problems.length === 0} />
    </>
  );
}
