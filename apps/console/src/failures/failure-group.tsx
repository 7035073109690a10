import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Failures } from '@landfall/client/browser';
import { formatTime } from '../language/formats.js';
import { language } from '../language/language.js';
import { ProblemNote } from '../parts/problem-note.js';
import { FailureExamples } from './failure-examples.js';
import { redoAll, redoOf, stopRedo } from './redo.js';
import { remedies } from './remedies.js';
import { words } from './words.js';

/** All failures with one code: meaning, remedy, newest examples, and a button to reprocess all. */
export function FailureGroup({
  failure,
  createdAfter,
  isAsked,
  onRedone,
}: {
  failure: Failures['items'][number];
  createdAfter: string;
  /** Whether the address names this code: the group is then open and in view. */
  isAsked: boolean;
  onRedone: () => void;
}) {
  const isOpen = useSignal(isAsked);
  const element = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (isAsked) element.current?.scrollIntoView();
  }, [isAsked]);
  const { code, meaning, uploads, renditions, lastAt } = failure;
  const remedy = remedies[code]?.[language.value];
  return (
    <details
      ref={element}
      class="failures-group"
      open={isOpen.value}
      onToggle={({ currentTarget }) => {
        isOpen.value = currentTarget.open;
      }}
    >
      <summary>
        <code>{code}</code>
        <strong class="failures-meaning">{meaning ?? words.value.foreign}</strong>
        <span class="failures-counts">
          <span>{words.value.counts(uploads, renditions)}</span>
          <small>
            {words.value.last} <time dateTime={lastAt}>{formatTime(lastAt)}</time>
          </small>
        </span>
      </summary>
      {isOpen.value && (
        <div class="failures-inside">
          {remedy !== undefined && (
            <p>
              <strong>{words.value.whatToDo}.</strong> {remedy}
            </p>
          )}
          <RedoAll code={code} createdAfter={createdAfter} onRedone={onRedone} />
          <FailureExamples code={code} createdAfter={createdAfter} freshness={`${uploads} ${renditions}`} />
        </div>
      )}
    </details>
  );
}

function RedoAll({
  code,
  createdAfter,
  onRedone,
}: {
  code: string;
  createdAfter: string;
  onRedone: () => void;
}) {
  const { isRunning, asked, refused, problem } = redoOf(code).value;
  return (
    <div class="failures-redo">
      <div class="actions">
        <button
          type="button"
          aria-busy={isRunning}
          disabled={isRunning}
          onClick={() => void redoAll(code, createdAfter).then(onRedone)}
        >
          {words.value.redoAll}
        </button>
        {isRunning && (
          <button class="secondary" type="button" onClick={() => stopRedo(code)}>
            {words.value.stop}
          </button>
        )}
        <output>
          {asked + refused > 0 &&
            words.value.redoing(asked) + (refused > 0 ? words.value.refusedRedo(refused) : '')}
        </output>
      </div>
      <small>{words.value.redoAllHint}</small>
      {problem !== null && <ProblemNote problem={problem} />}
    </div>
  );
}
