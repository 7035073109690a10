import type { ImageFacts } from './child/image-task.js';
import type { ImageHeader } from './image-header.js';

/** The body of `image/info`: members sorted by name, all values strings, spaced as OSS does. */
export function writeInfo(
  { format, width, height }: ImageHeader,
  sizeBytes: number,
  facts: ImageFacts,
): string {
  const values = {
    ...facts.tags,
    FileSize: sizeBytes,
    Format: format,
    FrameCount: facts.frameCount,
    ImageHeight: height,
    ImageWidth: width,
  };
  const members = Object.entries(values)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `  "${name}": {"value": ${JSON.stringify(String(value))}}`);
  return `{\n${members.join(',\n')}\n}`;
}
