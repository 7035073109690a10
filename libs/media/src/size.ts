/** Size of a picture with square pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}
