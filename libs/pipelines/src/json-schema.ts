import { z } from 'zod';
import { pipelinesSchema } from './pipeline-schema.js';

/**
 * The JSON Schema of the pipelines file, which editors use for completion and validation. Rules
 * between fields are not in it: those only `landfall check` knows.
 */
export function pipelinesJsonSchema(): z.core.JSONSchema.BaseSchema {
  return {
    title: 'Landfall pipelines',
    // The YAML language server of the editors supports draft 7 best.
    ...z.toJSONSchema(pipelinesSchema, { target: 'draft-7', io: 'input' }),
  };
}
