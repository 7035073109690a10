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

The states of the rows in Postgres, every change between them, who makes it and what it writes. A
test walks through all of them and meets no other. A rendition is what its versions make of it:
\`ready\` when one is served, else \`pending\` when one is to be made, else \`failed\`.

${parts.join('\n\n')}

## Limits

| job | queue | priority | tries | wait before the next |
|---|---|--:|--:|---|
${jobs.join('\n')}

- The lowest priority runs first. What nobody vouches for waits at 5, what is made again at 20.
- The jobs of a worker that is not heard of for ${lockMs / 1_000} s are taken back
  ([decision 26](decisions/0026-recovery-within-seconds.md)).
- A try that ends because a worker died is not counted as a try. After ${lifecycleLimits.crashesMax} workers died on the
  same upload or chunk, it fails with \`upload.attempts_exhausted\`.
- An error that may pass is tried again by the sweep after the last try. After
  ${lifecycleLimits.retryWindowMs / 3_600_000} hours the upload fails with \`upload.timed_out\`.
- The sweep looks at an unfinished upload after \`WORKER_SWEEP_AFTER_MS\`, then after half its age,
  at most an hour; and at once when a queue has lost its jobs.
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
