// Writes deploy/grafana/*.json from deploy/grafana/source: `npm run generate:dashboards`.
import { writeFileSync } from 'node:fs';
import { buildDashboards } from './dashboards.ts';

for (const [file, text] of buildDashboards()) writeFileSync(file, text);
