import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ossClient, type QueueKind, type Stack, startStack } from '#testing';
import type { UploadView } from '#uploads';

export const callbackBody =
  'bucket=${bucket}&object=${object}&etag=${etag}&size=${size}&mimeType=${mimeType}';

/** Starts a stack with a pipelines file of this text, and with these settings. */
export async function startPipelines(
  queueKind: QueueKind,
  text: string,
  env: Record<string, string> = {},
): Promise<Stack> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-pipelines-'));
  const file = join(folder, 'pipelines.yaml');
  await writeFile(file, text);
  const stack = await startStack(queueKind, { ...env, PIPELINES_FILE: file });
  return {
    ...stack,
    async [Symbol.asyncDispose]() {
      await stack[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface PutOptions {
  /** The template of the callback's body. */
  body?: string;
  customValue?: Record<string, string>;
  headers?: Record<string, string>;
}

/** Puts an object with a callback to the stack's api; returns the id of the upload. */
export async function putObject(
  stack: Stack,
  key: string,
  content: Buffer | string,
  { body = callbackBody, customValue, headers = {} }: PutOptions = {},
): Promise<string> {
  const { data } = await ossClient(stack).put(key, content, {
    headers,
    callback: { url: stack.callbackUrl, body, ...(customValue && { customValue }) },
  });
  return (data as { id: string }).id;
}

/** Puts an object and waits for what becomes of its upload. */
export async function putToEnd(
  stack: Stack,
  key: string,
  content: Buffer,
  options?: PutOptions,
): Promise<UploadView> {
  return stack.waitFor(await putObject(stack, key, content, options), 'ready', 'failed', 'ignored');
}
