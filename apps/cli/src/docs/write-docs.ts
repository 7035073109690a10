import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CommandUnknownOpts as Command } from '@commander-js/extra-typings';
import { renderChartSchema } from './chart-schema.js';
import { renderCommandLinePage } from './command-line-page.js';
import { renderConfigurationPage } from './configuration-page.js';
import { renderEnvExample } from './env-example.js';
import { renderErrorsPage } from './errors-page.js';
import { renderEventLogPage } from './event-log-page.js';
import { renderLifecyclePage } from './lifecycle-page.js';
import { renderPipelinesPage, renderPipelinesSchema } from './pipelines-page.js';

/**
 * The generated files, by path in the clone.
 * @param program the command line to document
 */
export function renderDocs(program: Command): Record<string, string> {
  return {
    'docs/command-line.md': renderCommandLinePage(program),
    'docs/configuration.md': renderConfigurationPage(),
    'docs/errors.md': renderErrorsPage(),
    'docs/event-log.md': renderEventLogPage(),
    'docs/lifecycle.md': renderLifecyclePage(),
    'docs/pipelines.md': renderPipelinesPage(),
    'docs/pipelines.schema.json': renderPipelinesSchema(),
    '.env.example': renderEnvExample(),
    'deploy/helm/landfall/values.schema.json': renderChartSchema(),
  };
}

/** Writes the generated files below `folder`. */
export async function writeDocs(folder: string, program: Command): Promise<number> {
  const files = { ...renderDocs(program), 'docs/openapi.json': await renderContract() };
  for (const [place, text] of Object.entries(files)) {
    const file = join(folder, place);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    console.log(`wrote ${file}`);
  }
  return 0;
}

/** The OpenAPI document of the api, which is loaded dynamically because apps do not import each other statically. */
async function renderContract(): Promise<string> {
  const { renderApiDocument } = await import('../../../api/src/document.js');
  return renderApiDocument();
}
