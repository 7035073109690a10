/**
 * pipelines: the pipelines file: its schema, which uploads a pipeline matches, and the plan of
 * renditions. Pure, except for reading the file.
 *
 * Does not belong here: making renditions (image, video) or storing the plan (uploads). A new kind
 * of rendition is a file in `kinds/`, beside its spec in `media`; the compiler then asks the worker
 * for its maker. A new field of a match goes into `match-schema.ts`. A new field has a default that
 * changes nothing: the hash of every existing spec stays.
 */
import './errors.js';

export { pipelinesJsonSchema } from './json-schema.js';
export { kinds } from './kinds/index.js';
export {
  checkPipelines,
  type CheckedPipelines,
  loadPipelines,
  parsePipelines,
  readPipelinesFile,
} from './load-pipelines.js';
export type { Pipelines } from './pipeline-schema.js';
export { type Damaged, damagedOf, planRenditions, type RenditionPlan } from './plan-renditions.js';
export { readSpec } from './read-spec.js';
