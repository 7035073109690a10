import { z } from 'zod';
import { pipelinesSchema } from './pipeline-schema.js';

/**
 * The JSON Schema of the pipelines file, for completion and validation in editors. It omits cross-field rules, which
 * only `landfall check` verifies.
 */
export function pipelinesJsonSchema(): z.core.JSONSchema.BaseSchema {
  return {
    title: 'Landfall pipelines',
    // The YAML language server supports draft 7 best.
    ...z.toJSONSchema(pipelinesSchema, { target: 'draft-7', io: 'input' }),
  };
}
