import { access, constants, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import OSS from 'ali-oss';
import { LandfallError, loadConfig } from '#runtime';
import { drawSamplePicture } from './sample-picture.js';
import { readLocalRunFacts } from './start/local-run-facts.js';

const uploadTimeoutMs = 600_000;

/** The callback body template, in OSS's own variables. */
const callbackBody = [
  'bucket=${bucket}&object=${object}&etag=${etag}&size=${size}&mimeType=${mimeType}',
  'imageInfo.height=${imageInfo.height}&imageInfo.width=${imageInfo.width}&imageInfo.format=${imageInfo.format}',
  'from=${x:from}',
].join('&');

/**
 * Uploads files, or a sample picture if none is given, to the local run with the OSS client and a callback. For each,
 * prints Landfall's response as forwarded by OSS: one line of JSON with the id of the upload, or a line saying that
 * OSS stored the object although its callback failed.
 * @returns 1 if a callback failed, else 0
 * @throws LandfallError local.not_running, request.invalid if a file cannot be read, upload.refused
 */
export async function uploadFiles(files: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { oss, callbackUrl } = await readLocalRunFacts(loadConfig(['local'], env).local.dataDir);
  // Path style; the client supports this option, but its type declarations lack it.
  const options = { ...oss, sldEnable: true, authorizationV4: true, timeout: uploadTimeoutMs };
  const client = new OSS(options);
  let failed = 0;
  const callback = {
    url: callbackUrl,
    body: callbackBody,
    contentType: 'application/x-www-form-urlencoded',
    customValue: { from: 'landfall upload' },
  };
  const put = async (key: string, content: string | Buffer) => {
    try {
      const { data } = await client.put(key, content, { callback });
      console.log(JSON.stringify(data));
    } catch (error) {
      const { status, code, message } = error as { status?: number; code?: string; message?: string };
      if (status !== 203)
        throw new LandfallError('upload.refused', `${key}: ${code} ${message}`, { cause: error });
      failed += 1;
      console.log(JSON.stringify({ Status: code, key, message }));
    }
  };
  if (files.length === 0) await put('uploads/sample.png', drawSamplePicture(1_600, 1_200));
  for (const file of files) {
    // npm changes to the folder of the clone, but paths are relative to the caller's folder.
    const path = resolve(env['INIT_CWD'] || '.', file);
    await checkFile(path);
    await put(`uploads/${basename(path)}`, path);
  }
  if (failed > 0)
    console.error(
      `${failed} of the callbacks failed (203): OSS stored the objects, and Landfall finds them through events or "landfall reconcile"`,
    );
  return failed > 0 ? 1 : 0;
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
