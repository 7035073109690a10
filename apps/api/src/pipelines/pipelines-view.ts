import type { CheckedPipelines, Pipelines } from '#pipelines';
import { renditionKindSchema } from '#uploads';
import { z } from 'zod';

/** Bounds the response for a file with very many problems. */
const problemsMax = 100;

const renditionView = z.object({ name: z.string(), kind: renditionKindSchema }).catchall(z.unknown()).meta({
  id: 'PipelineRendition',
  description: 'A rendition as specified in the pipelines file, with the defaults of its other fields.',
});

const pipelineView = z
  .object({
    name: z.string(),
    match: z
      .record(z.string(), z.unknown())
      .describe('the conditions that an upload must meet: `kind`, and any others in the file'),
    continue: z.boolean().describe('whether pipelines below may add renditions to the same upload'),
    keepLocation: z.boolean(),
    damaged: z
      .enum(['repair', 'fail'])
      .nullable()
      .describe('null: repair for images, fail for video and audio'),
    renditions: z.array(renditionView),
  })
  .meta({ id: 'Pipeline', description: 'The uploads that it matches, and the renditions that they get.' });

const pipelinesField = z.array(pipelineView).describe('in the order of the file, with their defaults');

/** The response of GET /v1/pipelines. */
export const pipelinesViewSchema = z
  .object({
    text: z.string().describe('the file as this process read it at startup'),
    pipelines: pipelinesField,
  })
  .meta({ id: 'Pipelines', description: 'The current pipelines file.' });
export type PipelinesView = z.output<typeof pipelinesViewSchema>;

/** The response of POST /v1/pipelines/check. */
export const pipelinesCheckSchema = z
  .object({
    problems: z
      .array(
        z.object({
          line: z.int().min(1),
          path: z
            .string()
            .nullable()
            .describe(
              'fields and indexes from the root, such as pipelines.0.name; null if the text cannot be parsed',
            ),
          message: z.string(),
        }),
      )
      .describe(
        `all problems, at most the first ${problemsMax}; empty if a process would start with this file`,
      ),
    pipelines: pipelinesField.nullable().describe('null if there are problems'),
  })
  .meta({
    id: 'PipelinesCheck',
    description: 'The problems in a pipelines file, or its pipelines.',
    examples: [
      {
        problems: [{ line: 6, path: 'pipelines.0.renditions.0.heigth', message: 'unknown field' }],
        pipelines: null,
      },
    ],
  });
export type PipelinesCheck = z.output<typeof pipelinesCheckSchema>;

export function viewPipelines({ pipelines }: Pipelines): PipelinesView['pipelines'] {
  return pipelines.map(({ damaged = null, ...pipeline }) => ({ ...pipeline, damaged }));
}

export function viewCheck({ pipelines, problems }: CheckedPipelines): PipelinesCheck {
  return {
    problems: problems.slice(0, problemsMax),
    pipelines: pipelines && viewPipelines(pipelines),
  };
}
