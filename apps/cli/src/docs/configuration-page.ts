import { listSections, listSettings, sectionTitles, type Setting } from './settings.js';

/** `docs/configuration.md`: every setting of every process. */
export function renderConfigurationPage(): string {
  const sections = listSections().map(
    (section) => `## ${sectionTitles[section]}

| variable | meaning | default |
|---|---|---|
${listSettings(section).map(renderRow).join('\n')}
`,
  );
  return `# Configuration

<!-- Generated from libs/runtime/src/config-sections.ts by \`npm run landfall -- docs\`. -->

Every setting is an environment variable. A process reads the sections it needs when it starts, and refuses to start with a
list of everything that is wrong. \`npm run landfall -- check\` reads them all and also says what only looks wrong.
An empty variable means the same as none.

| variable | meaning | default |
|---|---|---|
| \`LANDFALL_ENV\` | \`development\` allows the secrets that are published with the source; anything else refuses them | |
| \`MALLOC_ARENA_MAX\` | not ours but glibc's: \`2\` keeps a worker from holding on to the memory of images it is done with | |

${sections.join('\n')}`;
}

function renderRow({ name, description, fallback, required }: Setting): string {
  return `| \`${name}\` | ${escapeCell(description)} | ${required ? '**needed**' : fallback && `\`${escapeCell(fallback)}\``} |`;
}

function escapeCell(text: string): string {
  return text.replaceAll('|', String.raw`\|`).replaceAll('<', '&lt;');
}
