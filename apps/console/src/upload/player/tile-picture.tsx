import type { Tile } from './storyboard.js';

/** One tile, cropped from its sheet. */
export function TilePicture({ tile: { sheet, x, y, width, height } }: { tile: Tile }) {
  return (
    <img
      src={sheet}
      alt=""
      width={width}
      height={height}
      style={{
        width: `${width}px`,
        height: `${height}px`,
        maxWidth: 'none',
        objectFit: 'none',
        objectPosition: `-${x}px -${y}px`,
      }}
    />
  );
}
