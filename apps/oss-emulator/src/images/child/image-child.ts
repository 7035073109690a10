import { ImageFailure } from './image-failure.ts';
import type { ImageAnswer, ImageTask } from './image-task.ts';
import { makeImage } from './make-image.ts';
import { readFacts } from './read-facts.ts';

/**
 * The child process that decodes images, one at a time, so that images which crash libvips, exhaust memory or hang do
 * not affect the emulator. It imports .ts files by name, because Node runs it from source in the tests, and no code
 * of ours from outside this folder.
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
// The parent is gone; a running decoder would keep this process from exiting.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
