import { ImageFailure } from './image-failure.ts';
import type { ImageAnswer, ImageTask } from './image-task.ts';
import { makeImage } from './make-image.ts';
import { readFacts } from './read-facts.ts';

/**
 * The process that decodes images, one after another: what an image does to libvips, to memory or to
 * time does not happen to the emulator. Its imports name .ts files, because Node runs it from source in
 * the tests, and nothing of ours outside this folder.
 */
async function answer({ source, make }: ImageTask): Promise<ImageAnswer> {
  try {
    return make
      ? { made: await makeImage(source, make.request, make.output) }
      : { facts: await readFacts(source) };
  } catch (error) {
    if (error instanceof ImageFailure) return { fault: error.fault };
    throw error;
  }
}

process.on('message', async (task) => process.send?.(await answer(task as ImageTask)));
// Whoever asked is gone; a decoder that is at work would not let this process end by itself.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
