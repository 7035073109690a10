import { fileURLToPath } from 'node:url';
import { overview } from '../grafana/source/overview.ts';
import { processes } from '../grafana/source/processes.ts';
import { work } from '../grafana/source/work.ts';

/** The dashboards in Grafana's import format, by file path. */
export function buildDashboards(): ReadonlyMap<string, string> {
  return new Map(
    [overview, work, processes].map((builder) => {
      const dashboard = builder.build();
      for (const [index, panel] of (dashboard.panels ?? []).entries()) panel.id = index + 1;
      const file = fileURLToPath(new URL(`../grafana/${dashboard.uid}.json`, import.meta.url));
      return [file, `${JSON.stringify(dashboard, null, 2)}\n`];
    }),
  );
}
