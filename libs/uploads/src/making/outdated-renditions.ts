import type { PlannedVersion } from './pending-versions.js';
import type { RenditionVersion } from '../rows/rendition-version.entity.js';

/** A rendition that is not what the pipelines file asks for, with its position there and the versions that there are. */
export interface OutdatedRendition {
  planned: PlannedVersion;
  position: number;
  versions: readonly RenditionVersion[];
}

/**
 * What is missing, has failed, or was made by another spec than the file has now, unless the right version is being made. A
 * rendition that is no longer in the file is left as it is. Pure.
 * @param versions those of the upload that are not retired
 * @param names only these
 */
export function findOutdated(
  versions: readonly RenditionVersion[],
  planned: readonly PlannedVersion[],
  names: readonly string[] | undefined,
): OutdatedRendition[] {
  return planned.flatMap((one, position) => {
    const isAsked = names?.includes(one.name) ?? true;
    const own = versions.filter(({ name }) => name === one.name);
    return isAsked && newestLive(own)?.specHash !== one.specHash
      ? [{ planned: one, position, versions: own }]
      : [];
  });
}

/** The newest version that is served or to be made: what the rendition is, or becomes. */
function newestLive(versions: readonly RenditionVersion[]): RenditionVersion | undefined {
  return versions
    .filter(({ status }) => status === 'ready' || status === 'pending')
    .toSorted((one, other) => (one.id < other.id ? 1 : -1))[0];
}
