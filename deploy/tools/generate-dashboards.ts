// `npm run generate:dashboards`: writes deploy/grafana/*.json from deploy/grafana/source.
import { writeFileSync } from 'node:fs';
import { buildDashboards } from './dashboards.ts';

for (const [file, text] of buildDashboards()) writeFileSync(file, text);
