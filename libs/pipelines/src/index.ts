/**
 * pipelines: the pipelines file: its schema, matching of uploads, and the plan of renditions. Pure, except for reading
 * the file.
 *
 * Does not belong here: making renditions (image, video) or storing the plan (uploads). To add a kind of rendition, add
 * a file in `kinds/` and its spec in `media`; the compiler then requires a maker in the worker. A new match field goes
 * into `match-schema.ts`. Every new field needs a default that changes nothing, so that the hashes of existing specs
 * stay the same.
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
