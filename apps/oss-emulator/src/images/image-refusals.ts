import { invalidArgument, OssRefusal } from '#oss';
import type { ImageFault } from './child/image-task.js';

/** Status, code, message, EC. Assumed: the messages of ImageTooLarge, and the status of sourceIsTooWideToRotate. */
const faults = {
  sourceFormatUnknown: [400, 'BadRequest', 'This image format is not supported.', '0040-00000005'],
  sourceIsTooLarge: [
    400,
    'ImageTooLarge',
    'The size of the source image exceeds the limit.',
    '0040-00000001',
  ],
  sourceIsDamaged: [400, 'ImageDamage', 'The image file may be damaged.'],
  sourceHasTooManyPixels: [
    400,
    'ImageTooLarge',
    'The pixels of the source image exceed the limit.',
    '0040-00000012',
  ],
  sourceIsTooWide: [400, 'ImageTooLarge', 'A side of the source image exceeds the limit.', '0040-00000019'],
  sourceIsTooWideToRotate: [400, 'BadRequest', 'Picture exceed the maximum allowable rotation range.'],
  targetIsTooLarge: [
    400,
    'ImageTooLarge',
    'The size of the target image exceeds the limit.',
    '0040-00000007',
  ],
  cutIsOutside: [400, 'CutEdgeExceedRange', "Advance cut's position is out of image."],
  noSuchSource: [404, 'NoSuchKey', 'The specified key does not exist.', '0040-00000024'],
  noSuchStyle: [404, 'NoSuchStyle', 'The style you get is not found.'],
  tooBusy: [503, 'ServiceUnavailable', 'Please reduce your request rate.', '0004-00000801'],
} as const satisfies Record<string, readonly [number, string, string, string?]> &
  Record<Exclude<ImageFault, 'sourceIsGone'>, unknown>;

/** The refusal for an image that cannot be made. */
export function imageRefusal(fault: keyof typeof faults): OssRefusal {
  const [status, code, message, ec] = faults[fault] as readonly [number, string, string, string?];
  return new OssRefusal(status, code, message, { ec });
}

/**
 * 400 InvalidArgument with OSS's message.
 * @param ec if it is known
 */
export function invalidValue(value: string, parameter: string, ec?: string): OssRefusal {
  return invalidArgument(`The value: ${value.slice(0, 100)} of parameter: ${parameter} is invalid.`, ec);
}

/** 501 NotImplemented, naming the part of `x-oss-process` that is missing. */
export function notImplemented(what: string): OssRefusal {
  const named = what.slice(0, 100);
  return new OssRefusal(501, 'NotImplemented', `The emulator does not implement x-oss-process=${named}.`, {
    facts: { Process: named },
  });
}
