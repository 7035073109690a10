import type { PlannedVersion } from './pending-versions.js';
import type { RenditionVersion } from '../rows/rendition-version.entity.js';

/** A rendition that differs from the pipelines file, with its position there and its existing versions. */
export interface OutdatedRendition {
  planned: PlannedVersion;
  position: number;
  versions: readonly RenditionVersion[];
}

/**
 * The renditions that are missing, failed or made by an outdated spec, unless a version by the current spec is pending.
 * Renditions that are no longer in the file are left as they are. Pure.
 * @param versions the versions of the upload that are not retired
 * @param names restricts the result to these renditions
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

/** The newest version that is ready or pending. */
function newestLive(versions: readonly RenditionVersion[]): RenditionVersion | undefined {
  return versions
    .filter(({ status }) => status === 'ready' || status === 'pending')
    .toSorted((one, other) => (one.id < other.id ? 1 : -1))[0];
}
