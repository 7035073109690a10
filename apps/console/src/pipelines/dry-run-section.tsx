import type { DryRun, DryRunRequest } from '@landfall/client/browser';
import type { TargetedSubmitEvent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { formatNumber } from '../language/formats.js';
import { ProblemNote } from '../parts/problem-note.js';
import { client } from '../session/session.js';
import { words } from './words.js';

interface Counted {
  readonly total: DryRun;
  readonly status: 'counting' | 'done' | 'stopped';
}

/** Counts what reprocessing would make, page by page, until it is complete or the user stops it. */
export function DryRunSection({ text, isValid }: { text: string; isValid: boolean }) {
  const [counted, setCounted] = useState<Counted | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const count = async (request: DryRunRequest) => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const { signal } = controller;
    setProblem(null);
    setCounted(null);
    try {
      let total: DryRun | undefined;
      do {
        const part = await client().pipelines.dryRun(
          total?.nextCursor ? { ...request, cursor: total.nextCursor } : request,
          { signal },
        );
        total = total ? sumOf(total, part) : part;
        setCounted({ total, status: part.nextCursor === null ? 'done' : 'counting' });
      } while (total.nextCursor !== null);
    } catch (error) {
      if (!signal.aborted) setProblem(error);
    } finally {
      if (running.current === controller) running.current = undefined;
    }
  };
  const stop = () => {
    running.current?.abort();
    running.current = undefined;
    setCounted((before) => before && { ...before, status: 'stopped' });
  };
  return (
    <section aria-labelledby="dry-run">
      <h2 id="dry-run">{words.value.dryRun}</h2>
      <p class="pipes-muted">{words.value.dryRunHint}</p>
      <Request
        text={text}
        isValid={isValid}
        isBusy={counted?.status === 'counting'}
        onCount={count}
        onStop={stop}
      />
      {problem !== null && <ProblemNote problem={problem} />}
      <output>{counted && <Result counted={counted} />}</output>
    </section>
  );
}

function sumOf(one: DryRun, other: DryRun): DryRun {
  const byKind = new Map(one.byKind.map((each) => [each.kind, each]));
  for (const { kind, uploads, renditions } of other.byKind) {
    const known = byKind.get(kind);
    byKind.set(kind, {
      kind,
      uploads: uploads + (known?.uploads ?? 0),
      renditions: renditions + (known?.renditions ?? 0),
    });
  }
  return {
    ...other,
    looked: one.looked + other.looked,
    uploads: one.uploads + other.uploads,
    renditions: one.renditions + other.renditions,
    coreMinutes: one.coreMinutes + other.coreMinutes,
    byKind: [...byKind.values()],
  };
}

interface RequestProps {
  text: string;
  /** Whether the text is a valid pipelines file. */
  isValid: boolean;
  isBusy: boolean;
  onCount: (request: DryRunRequest) => Promise<void>;
  onStop: () => void;
}

const kinds = ['image', 'video', 'audio', 'document'] as const;

function Request({ text, isValid, isBusy, onCount, onStop }: RequestProps) {
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const chosen = (name: string) => String(data.get(name) ?? '');
    const timeOf = (name: string) => (chosen(name) ? new Date(chosen(name)).toISOString() : undefined);
    const [createdAfter, createdBefore] = [timeOf('since'), timeOf('until')];
    const kind = kinds.find((one) => one === chosen('kind'));
    return onCount({
      ...(chosen('by') === 'text' && { text }),
      ...(kind && { kind }),
      ...(chosen('prefix') && { prefix: chosen('prefix') }),
      ...(createdAfter !== undefined && { createdAfter }),
      ...(createdBefore !== undefined && { createdBefore }),
    });
  };
  return (
    <form class="pipes-request" onSubmit={submit}>
      <label>
        {words.value.by}
        <select name="by">
          <option value="force">{words.value.byForce}</option>
          <option value="text" disabled={!isValid}>
            {words.value.byText}
          </option>
        </select>
      </label>
      <label>
        {words.value.kind}
        <select name="kind">
          <option value="">{words.value.allKinds}</option>
          {kinds.map((kind) => (
            <option key={kind} value={kind}>
              {words.value.kinds[kind]}
            </option>
          ))}
        </select>
      </label>
      <label>
        {words.value.prefix}
        <input name="prefix" maxlength={1_023} />
      </label>
      <label>
        {words.value.since}
        <input name="since" type="datetime-local" />
      </label>
      <label>
        {words.value.until}
        <input name="until" type="datetime-local" />
      </label>
      {isBusy ? (
        <button type="button" class="secondary" onClick={onStop}>
          {words.value.stop}
        </button>
      ) : (
        <button type="submit">{words.value.count}</button>
      )}
    </form>
  );
}

function Result({ counted: { total, status } }: { counted: Counted }) {
  const { looked, uploads, renditions, time, counting, stopped, withCommand } = words.value;
  return (
    <article class="pipes-card">
      <dl class="pipes-figures">
        {(
          [
            [looked, total.looked],
            [uploads, total.uploads],
            [renditions, total.renditions],
          ] as const
        ).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{formatNumber(value)}</dd>
          </div>
        ))}
        <div>
          <dt>{time}</dt>
          <dd>{timeOf(total)}</dd>
        </div>
      </dl>
      <p class="pipes-muted">
        {total.byKind
          .map(
            ({ kind, renditions: count }) =>
              `${kind === null ? words.value.notRead : (words.value.kinds[kind] ?? kind)}: ${formatNumber(count)}`,
          )
          .join(' · ')}
      </p>
      <p class="pipes-muted">
        {status === 'counting' ? counting : status === 'stopped' ? stopped : withCommand}
      </p>
    </article>
  );
}

function timeOf({ coreMinutes, cores }: DryRun): string {
  const { minutes, short, noCores } = words.value;
  if (cores === 0) return noCores(formatNumber(coreMinutes));
  const took = coreMinutes / cores;
  return took < 1 ? short(formatNumber(cores)) : minutes(formatNumber(took), formatNumber(cores));
}
