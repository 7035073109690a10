import type { PipelinesCheck } from '@landfall/client/browser';
import { useRef } from 'preact/hooks';
import { words } from './words.js';

interface EditorProps {
  text: string;
  onInput: (text: string) => void;
  /** The result of the last check; null before the first. */
  check: PipelinesCheck | null;
  isChecking: boolean;
}

/** A text editor with line numbers and a list of problems below. */
export function TextEditor({ text, onInput, check, isChecking }: EditorProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const numbers = useRef<HTMLDivElement>(null);
  const lines = text.split('\n');
  const wrong = new Set(check?.problems.map(({ line }) => line));
  const goTo = (line: number) => {
    const start = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
    area.current?.focus();
    area.current?.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
    const { current } = area;
    if (current) current.scrollTop = (current.scrollHeight / lines.length) * Math.max(0, line - 5);
  };
  return (
    <div class="pipes-editor">
      <div class="pipes-text">
        <div ref={numbers} class="pipes-numbers" aria-hidden="true">
          {Array.from(lines.keys()).map((index) => (
            <span key={index} class={wrong.has(index + 1) ? 'pipes-wrong' : undefined}>
              {index + 1}
            </span>
          ))}
        </div>
        <textarea
          ref={area}
          aria-label={words.value.text}
          aria-describedby="pipes-said"
          aria-invalid={check !== null && check.problems.length > 0 ? true : undefined}
          rows={22}
          wrap="off"
          spellcheck={false}
          autocapitalize="off"
          maxlength={32_000}
          value={text}
          onInput={({ currentTarget }) => onInput(currentTarget.value)}
          onScroll={({ currentTarget }) => {
            if (numbers.current) numbers.current.scrollTop = currentTarget.scrollTop;
          }}
        />
      </div>
      <output id="pipes-said" class="pipes-said" aria-busy={isChecking}>
        <Said check={check} isChecking={isChecking} goTo={goTo} />
      </output>
    </div>
  );
}

interface SaidProps {
  check: PipelinesCheck | null;
  isChecking: boolean;
  goTo: (line: number) => void;
}

function Said({ check, isChecking, goTo }: SaidProps) {
  if (isChecking || check === null) return <p class="pipes-muted">{words.value.checking}</p>;
  if (check.problems.length === 0) return <p class="pipes-valid">✓ {words.value.valid}</p>;
  return (
    <>
      <p class="pipes-invalid">✗ {words.value.problems(check.problems.length)}</p>
      <ul>
        {check.problems.map(({ line, path, message }) => (
          <li key={`${line} ${path} ${message}`}>
            <button
              type="button"
              class="quiet pipes-line"
              aria-label={words.value.goTo(line)}
              onClick={() => goTo(line)}
            >
              {words.value.line(line)}
            </button>{' '}
            {path !== null && <code>{path}</code>} {message}
          </li>
        ))}
      </ul>
    </>
  );
}
