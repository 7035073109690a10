import { lockMs } from '#jobs';
import { jobCatalog } from '#outbox';
import { type Lifecycle, lifecycleLimits, lifecycles } from '#uploads';
import { escapeCell } from './escape-cell.js';

const titles = { upload: 'Upload', version: 'Version of a rendition', chunk: 'Chunk of a long video' };

/** `docs/lifecycle.md`: the states of every row, and the retry limits. */
export function renderLifecyclePage(): string {
  const parts = Object.entries(lifecycles).map(([name, lifecycle]) =>
    renderLifecycle(titles[name as keyof typeof titles], lifecycle),
  );
  const jobs = Object.entries(jobCatalog).map(
    ([name, { queue, priority, attempts, backoffMs }]) =>
      `| \`${name}\` | ${queue} | ${priority} | ${attempts} | ${backoffMs / 1_000} s, doubled each time |`,
  );
  return `# Lifecycle

<!-- Generated from libs/uploads/src/lifecycle.ts by \`npm run landfall -- docs\`. -->

The states of the rows in Postgres, and every transition between them, with what causes it and
what it writes. A test goes through all of them and finds no others. The status of a rendition
follows from its versions: \`ready\` if one is served, else \`pending\` if one is to be made, else
\`failed\`.

${parts.join('\n\n')}

## Limits

| job | queue | priority | attempts | delay before a retry |
|---|---|--:|--:|---|
${jobs.join('\n')}

- The lowest number runs first. Jobs of uploads without proof have priority 5, those of
  reprocessing 20.
- Jobs of a worker that is silent for ${lockMs / 1_000} s are taken back
  ([decision 26](decisions/0026-recovery-within-seconds.md)).
- A run whose worker dies does not count as an attempt. After ${lifecycleLimits.crashesMax} workers have died on the same
  upload or chunk, it fails with \`upload.attempts_exhausted\`.
- After the last attempt, the sweep keeps retrying transient errors. After ${lifecycleLimits.retryWindowMs / 3_600_000} hours the upload
  fails with \`upload.timed_out\`.
- The sweep checks an unfinished upload after \`WORKER_SWEEP_AFTER_MS\`, then each time after half
  its age, but at least hourly, and at once when a queue has lost its jobs.
`;
}

function renderLifecycle(title: string, { states, transitions }: Lifecycle): string {
  const arrows = transitions.map(({ from, to }) => `    ${from ?? '[*]'} --> ${to ?? '[*]'}`);
  const meanings = Object.entries(states).map(
    ([state, meaning]) => `| \`${state}\` | ${escapeCell(meaning)} |`,
  );
  const changes = transitions.map(
    ({ from, to, by, writes }) =>
      `| ${nameOf(from)} | ${nameOf(to)} | ${escapeCell(by)} | ${escapeCell(writes)} |`,
  );
  return `## ${title}

\`\`\`mermaid
stateDiagram-v2
${arrows.join('\n')}
\`\`\`

| state | means |
|---|---|
${meanings.join('\n')}

| from | to | by | writes |
|---|---|---|---|
${changes.join('\n')}`;
}

const nameOf = (state: string | null) => (state === null ? '–' : `\`${state}\``);
