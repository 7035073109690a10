import { access, constants, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import OSS from 'ali-oss';
import { LandfallError, loadConfig } from '#runtime';
import { drawSamplePicture } from './sample-picture.js';
import { readLocalRunFacts } from './start/local-run-facts.js';

const uploadTimeoutMs = 600_000;

/** The template of the callback body, in OSS's own variables. */
const callbackBody = [
  'bucket=${bucket}&object=${object}&etag=${etag}&size=${size}&mimeType=${mimeType}',
  'imageInfo.height=${imageInfo.height}&imageInfo.width=${imageInfo.width}&imageInfo.format=${imageInfo.format}',
  'from=${x:from}',
].join('&');

/**
 * Uploads files, or a sample picture if none is given, to the local run with the OSS client and a
 * callback. Prints our answer to each as forwarded by OSS: one line of JSON with the id of the
 * upload.
 * @throws LandfallError local.not_running, request.invalid if a file cannot be read
 */
export async function uploadFiles(files: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { oss, callbackUrl } = await readLocalRunFacts(loadConfig(['local'], env).local.dataDir);
  // Bucket in the path instead of the host name; the client knows this option, its types do not.
  const options = { ...oss, sldEnable: true, authorizationV4: true, timeout: uploadTimeoutMs };
  const client = new OSS(options);
  const put = async (key: string, content: string | Buffer) => {
    const { data } = await client.put(key, content, {
      callback: {
        url: callbackUrl,
        body: callbackBody,
        contentType: 'application/x-www-form-urlencoded',
        customValue: { from: 'landfall upload' },
      },
    });
    console.log(JSON.stringify(data));
  };
  if (files.length === 0) await put('uploads/sample.png', drawSamplePicture(1_600, 1_200));
  for (const file of files) {
    // npm changes to the folder of the clone; the path is relative to the caller's folder.
    const path = resolve(env['INIT_CWD'] || '.', file);
    await checkFile(path);
    await put(`uploads/${basename(path)}`, path);
  }
  return 0;
}

/** @throws LandfallError request.invalid */
async function checkFile(path: string): Promise<void> {
  let isFile: boolean;
  try {
    isFile = (await stat(path)).isFile();
    await access(path, constants.R_OK);
  } catch (error) {
    throw new LandfallError('request.invalid', `cannot read the file: ${String(error)}`);
  }
  if (!isFile) throw new LandfallError('request.invalid', `${path} is not a file`);
}
