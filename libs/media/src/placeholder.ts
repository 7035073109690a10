/** One of the colours that make up a picture. */
interface DominantColor {
  /** '#rrggbb' */
  color: string;
  /** Share of the picture, 0 to 1, rounded to thousandths. */
  share: number;
}

/** The colours that make up a picture. */
export interface PictureColors {
  /** '#rrggbb': the most common one; white if the picture is fully transparent, because it is flattened. */
  color: string;
  /** Largest share first; empty if the picture is fully transparent. */
  colors: DominantColor[];
}

/** Shown while the real image loads. */
export interface Placeholder {
  /** ThumbHash, base64. */
  thumbHash: string;
  color: PictureColors['color'];
  /** Missing if it was made before colours were counted. */
  colors?: PictureColors['colors'];
}

/** What is computed from the pixels of an image. */
export interface ImageFingerprint extends Placeholder, PictureColors {
  colors: PictureColors['colors'];
  /** Finds near duplicates; null for a picture without structure. */
  perceptualHash: bigint | null;
}
