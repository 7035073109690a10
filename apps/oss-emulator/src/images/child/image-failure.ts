import type { ImageFault } from './image-task.ts';

/** Thrown when an image cannot be made for a reason that OSS has an error for. */
export class ImageFailure extends Error {
  override readonly name = 'ImageFailure';
  readonly fault: ImageFault;

  constructor(fault: ImageFault, options?: ErrorOptions) {
    super(fault, options);
    this.fault = fault;
  }
}
