// `npm run generate:manifest`: writes deploy/kubernetes/landfall.yaml from the chart.
import { installTools } from './install-tools.ts';
import { writeManifest } from './plain-manifest.ts';

const tools = await installTools();
if (tools) await writeManifest(tools.helm);
else {
  console.error('generate:manifest requires Go to install Helm: https://go.dev/doc/install');
  process.exitCode = 1;
}
