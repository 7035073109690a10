import { z } from 'zod';
import { pipelinesSchema } from './pipeline-schema.js';

/**
 * The JSON Schema of the pipelines file, which editors complete and check it with. Rules between fields are not in it:
 * those only `landfall check` knows.
 */
export function pipelinesJsonSchema(): z.core.JSONSchema.BaseSchema {
  return {
    title: 'Landfall pipelines',
    // Draft 7 is what the YAML language server of the editors knows best.
    ...z.toJSONSchema(pipelinesSchema, { target: 'draft-7', io: 'input' }),
  };
}
