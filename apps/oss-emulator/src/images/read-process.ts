import { invalidArgument } from '#oss';
import type { ImageRequest, ImageStep, Writing } from './child/image-task.js';
import { imageActions, unbuiltActions, type Asked } from './image-actions.js';
import { imageRefusal, invalidValue, notImplemented } from './image-refusals.js';

/** What `x-oss-process` requests. */
export type Process = { readonly kind: 'info' } | { readonly kind: 'image'; readonly request: ImageRequest };

/**
 * Reads the value of `x-oss-process`: `image/` followed by actions separated by `/`.
 * @throws OssRefusal InvalidArgument, MissingArgument, NoSuchStyle, NotImplemented
 */
export function readProcess(text: string): Process {
  const [service, ...rest] = text.split('/');
  const actions = rest.filter((action) => action !== '');
  // The emulator stores no styles.
  if (service === 'style') throw imageRefusal('noSuchStyle');
  if (service !== 'image') throw notImplemented(text.split(',', 1)[0] ?? text);
  if (text.includes('|'))
    throw notImplemented(`image/…|${text.slice(text.indexOf('|') + 1).split(',', 1)[0]}`);
  if (actions.length === 0)
    throw invalidArgument('No action is specified in the image processing request.', '0040-00000212');
  if (actions.length === 1 && actions[0] === 'info') return { kind: 'info' };
  return { kind: 'image', request: readImageRequest(actions) };
}

function readImageRequest(actions: readonly string[]): ImageRequest {
  const asked = actions.map(readAction);
  // If a setting is given more than once, the last value counts.
  return {
    steps: asked.filter((one): one is ImageStep => 'action' in one),
    autoOrient: asked.findLast((one) => 'autoOrient' in one)?.autoOrient ?? false,
    writing: Object.assign({}, ...asked.map((one) => ('writing' in one ? one.writing : {}))) as Writing,
  };
}

function readAction(text: string): Asked {
  const [name = '', ...parameters] = text.split(',');
  if (unbuiltActions.has(name)) throw notImplemented(`image/${name}`);
  const read = Object.hasOwn(imageActions, name) ? imageActions[name] : undefined;
  // The message is assumed. `info` also ends up here, since it cannot be combined with other actions.
  if (!read) throw invalidValue(name, 'action', '0040-00000213');
  return read(parameters);
}
