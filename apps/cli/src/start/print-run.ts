import { join } from 'node:path';
import type { Ffmpeg } from '#local';
import type { LocalRunFacts } from './local-run-facts.js';

/** Prints addresses, secrets and the next commands to run. */
export function printRun(
  facts: LocalRunFacts,
  run: { ffmpeg: Ffmpeg; postgresDir: string; dataDir: string },
): void {
  console.log(`
Landfall is running.

${formatTable({
  ...(facts.consoleUrl === null ? {} : { Console: `${facts.consoleUrl}#key=${facts.apiKey}` }),
  API: `${facts.apiUrl} (documentation: ${facts.apiUrl}/docs)`,
  'API key': facts.apiKey,
  Metrics: `${facts.managementUrls.api}/metrics (api), ${facts.managementUrls.worker}/metrics (worker)`,
  'Callback URL': facts.callbackUrl,
  'OSS endpoint': `${facts.oss.endpoint} (emulated, path style, region ${facts.oss.region})`,
  Bucket: facts.oss.bucket,
  'Access key id': facts.oss.accessKeyId,
  'Access key secret': facts.oss.accessKeySecret,
  Database: facts.databaseUrl,
  ...(facts.queueUrl === facts.databaseUrl ? {} : { Queue: facts.queueUrl }),
  'Database files': run.postgresDir,
  Logs: join(run.dataDir, 'log'),
})}
${run.ffmpeg.missing ? withoutFfmpeg(run.ffmpeg.command) : ''}
Upload a sample picture, or files of your own, from another terminal:

  npm run landfall -- upload
  npm run landfall -- upload photo.jpg film.mp4

List the uploads:

  curl -H 'Authorization: Bearer ${facts.apiKey}' ${facts.apiUrl}/v1/uploads

Ctrl-C stops everything and keeps the data.
`);
}

function withoutFfmpeg(command: string): string {
  return `
ffmpeg is missing: images are processed, video and audio fail. Install it with this command, then start again:

  ${command}
`;
}

function formatTable(rows: Record<string, string>): string {
  const width = Math.max(...Object.keys(rows).map((name) => name.length));
  return Object.entries(rows)
    .map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)
    .join('\n');
}
