import { type DataSource, In, IsNull, Not } from '#database';
import { Upload } from '../rows/upload.entity.js';

/** The ids of the uploads into which any of these were merged. */
export async function findMergedInto(source: DataSource, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const merged = await source.getRepository(Upload).find({
    where: { id: In([...ids]), mergedInto: Not(IsNull()) },
    select: { id: true, mergedInto: true },
  });
  return merged.flatMap(({ mergedInto }) => mergedInto ?? []);
}
