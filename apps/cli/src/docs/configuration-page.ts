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
any is invalid, it refuses to start and lists every problem. \`npm run landfall -- check\` reads all
sections and also warns about valid but doubtful values. An empty variable counts as unset.

| variable | meaning | default |
|---|---|---|
| \`LANDFALL_ENV\` | \`development\` allows the secrets that are published with the source; any other value refuses them | |
| \`MALLOC_ARENA_MAX\` | a glibc setting: with \`2\`, a worker releases the memory of finished images | |
| \`NODE_EXTRA_CA_CERTS\` | a Node setting: PEM file with the certificates of private authorities that issued those of Postgres, Redis or OSS | |

${sections.join('\n')}`;
}

function renderRow({ name, description, fallback, required }: Setting): string {
  return `| \`${name}\` | ${escapeCell(description)} | ${required ? '**required**' : fallback && `\`${escapeCell(fallback)}\``} |`;
}
