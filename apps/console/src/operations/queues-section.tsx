import type { JobFigures, QueueFigures, QueueName, Queues } from '@landfall/client/browser';
import { useState } from 'preact/hooks';
import { formatNumber } from '../language/formats.js';
import { ProblemNote } from '../parts/problem-note.js';
import { Scrolled } from '../parts/scrolled.js';
import { useRefreshed } from '../parts/use-refreshed.js';
import { client } from '../session/session.js';
import { Badge } from './badge.js';
import { formatAge, formatSince } from './format-age.js';
import { words } from './words.js';

const refreshMs = 3_000;
const names: readonly QueueName[] = ['thumbnail', 'transcode', 'delivery'];

/** The backlog of each queue, and whatever delays it. */
export function QueuesSection() {
  const { value, problem, reload } = useRefreshed((signal) => client().queues({ signal }), [], refreshMs);
  return (
    <section aria-labelledby="queues">
      <h2 id="queues">{words.value.queues}</h2>
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      {value && <Hold queues={value} />}
      <div class="ops-cards">
        {names.map((name) => (
          <QueueCard key={name} name={name} figures={value?.queues[name]} onChange={reload} />
        ))}
      </div>
      <p class="ops-note">{words.value.pauseHint}</p>
    </section>
  );
}

/** Reports what keeps work from reaching its queue. */
function Hold({ queues: { outbox, unplacedEvents, queueReachable } }: { queues: Queues }) {
  const { outbox: ofOutbox, unplaced, unreachable } = words.value;
  // Every job passes through the outbox for a moment, so only older ones count.
  const isLate = ({ oldestSeconds }: { oldestSeconds: number | null }) => (oldestSeconds ?? 0) >= 5;
  const said = [
    queueReachable === false && unreachable,
    isLate(outbox) && ofOutbox(formatNumber(outbox.count), formatAge(outbox.oldestSeconds ?? 0)),
    isLate(unplacedEvents) &&
      unplaced(formatNumber(unplacedEvents.count), formatAge(unplacedEvents.oldestSeconds ?? 0)),
  ].filter((text) => text !== false);
  if (said.length === 0) return null;
  return (
    <output class="problem">
      {said.map((text) => (
        <p key={text}>{text}</p>
      ))}
    </output>
  );
}

interface CardProps {
  name: QueueName;
  figures: QueueFigures | undefined;
  onChange: () => void;
}

function QueueCard({ name, figures, onChange }: CardProps) {
  const own = words.value[name];
  return (
    <article class="ops-card" aria-labelledby={`queue-${name}`}>
      <header>
        <div>
          <h3 id={`queue-${name}`}>{own}</h3>
          <code>{name}</code> {figures && <QueueState figures={figures} />}
        </div>
        <PauseButton name={name} pausedAt={figures?.pausedAt} onChange={onChange} />
      </header>
      <dl class="ops-figures">
        <Figure name={words.value.waiting} value={figures?.waiting} isMain />
        <Figure name={words.value.active} value={figures?.active} isMain />
        <Figure name={words.value.delayed} value={figures?.delayed} />
        <Figure name={words.value.failed} value={figures?.failed} />
        <div>
          <dt>{words.value.oldest}</dt>
          <dd>{ageOf(figures?.oldestWaitingSeconds)}</dd>
        </div>
        <Figure name={words.value.rate} value={figures?.drainedPerMinute} />
        <Figure name={words.value.workers} value={figures?.workers} />
      </dl>
      {name !== 'delivery' && figures && <JobTable queue={own} jobs={figures.jobs} />}
    </article>
  );
}

function QueueState({ figures: { pausedAt, workers } }: { figures: QueueFigures }) {
  if (pausedAt !== null) return <Badge tone="warn">{words.value.pausedFor(formatSince(pausedAt))}</Badge>;
  return workers > 0 ? (
    <Badge tone="good">{words.value.running}</Badge>
  ) : (
    <Badge tone="off">{words.value.idle}</Badge>
  );
}

interface PauseProps {
  name: QueueName;
  /** Undefined until it is loaded. */
  pausedAt: string | null | undefined;
  onChange: () => void;
}

function PauseButton({ name, pausedAt, onChange }: PauseProps) {
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const isPaused = typeof pausedAt === 'string';
  const change = async () => {
    setIsBusy(true);
    setProblem(null);
    try {
      await (isPaused ? client().resumeQueue(name) : client().pauseQueue(name));
      onChange();
    } catch (error) {
      setProblem(error);
    } finally {
      setIsBusy(false);
    }
  };
  const { pauseOf, resumeOf, pause, resume } = words.value;
  return (
    <div>
      <button
        type="button"
        class={isPaused ? '' : 'secondary outline'}
        aria-label={(isPaused ? resumeOf : pauseOf)(words.value[name])}
        aria-busy={isBusy}
        disabled={isBusy || pausedAt === undefined}
        onClick={change}
      >
        {isPaused ? resume : pause}
      </button>
      {problem !== null && <ProblemNote problem={problem} />}
    </div>
  );
}

function Figure({ name, value, isMain }: { name: string; value: number | undefined; isMain?: boolean }) {
  return (
    <div class={isMain ? 'ops-main' : undefined}>
      <dt>{name}</dt>
      <dd>{value === undefined ? '–' : formatNumber(value)}</dd>
    </div>
  );
}

const ageOf = (seconds: number | null | undefined) =>
  seconds === null || seconds === undefined ? '–' : formatAge(seconds);

function JobTable({ queue, jobs }: { queue: string; jobs: Readonly<Record<string, JobFigures>> }) {
  const { byJob, job, waiting, active, delayed, failed, oldest, rate } = words.value;
  return (
    <details>
      <summary>{byJob}</summary>
      <Scrolled label={`${queue}: ${byJob}`}>
        <table class="ops-numbers">
          <thead>
            <tr>
              {[job, waiting, active, delayed, failed, oldest, rate].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {Object.entries(jobs).map(([name, figures]) => (
              <tr key={name}>
                <th scope="row">
                  <code>{name}</code>
                </th>
                <td>{formatNumber(figures.waiting)}</td>
                <td>{formatNumber(figures.active)}</td>
                <td>{formatNumber(figures.delayed)}</td>
                <td>{formatNumber(figures.failed)}</td>
                <td>{ageOf(figures.oldestWaitingSeconds)}</td>
                <td>{formatNumber(figures.drainedPerMinute)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
    </details>
  );
}
