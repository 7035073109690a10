/** One of the colours that make up a picture. */
interface DominantColor {
  /** '#rrggbb' */
  color: string;
  /** Of the picture, 0 to 1, rounded to thousandths. */
  share: number;
}

/** The colours that make up a picture. */
export interface PictureColors {
  /** '#rrggbb': the commonest one; white when the picture is fully transparent, as it is flattened. */
  color: string;
  /** The one with the largest share first; none when the picture is fully transparent. */
  colors: DominantColor[];
}

/** Shown while the real image loads. */
export interface Placeholder {
  /** ThumbHash, base64. */
  thumbHash: string;
  color: PictureColors['color'];
  /** Not known of what was made before colours were counted. */
  colors?: PictureColors['colors'];
}

/** What is read from the pixels of an image. */
export interface ImageFingerprint extends Placeholder, PictureColors {
  colors: PictureColors['colors'];
  /** Finds near duplicates; null for a picture without structure. */
  perceptualHash: bigint | null;
}
