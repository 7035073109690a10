import { escapeCell } from './escape-cell.js';
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

<!-- Generated from libs/runtime/src/settings/ by \`npm run landfall -- docs\`. -->

Every setting is an environment variable. A process reads the sections it needs when it starts. If
something is wrong, it refuses to start and lists every problem. \`npm run landfall -- check\` reads
all sections and also warns of what only looks wrong. An empty variable means the same as none.

| variable | meaning | default |
|---|---|---|
| \`LANDFALL_ENV\` | \`development\` allows the secrets that are published with the source; any other value refuses them | |
| \`MALLOC_ARENA_MAX\` | a setting of glibc: with \`2\` a worker gives back the memory of images that it has finished | |
| \`NODE_EXTRA_CA_CERTS\` | a setting of Node: a PEM file with the certificates of private authorities that signed for Postgres, Redis or OSS | |

${sections.join('\n')}`;
}

function renderRow({ name, description, fallback, required }: Setting): string {
  return `| \`${name}\` | ${escapeCell(description)} | ${required ? '**required**' : fallback && `\`${escapeCell(fallback)}\``} |`;
}
