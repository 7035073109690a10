import type { CheckedPipelines, Pipelines } from '#pipelines';
import { renditionKindSchema } from '#uploads';
import { z } from 'zod';

/** Bounds the response for a file with very many problems. */
const problemsMax = 100;

const renditionView = z.object({ name: z.string(), kind: renditionKindSchema }).catchall(z.unknown()).meta({
  id: 'PipelineRendition',
  description: 'A rendition as the pipelines file asks for it, with the defaults of its other fields.',
});

const pipelineView = z
  .object({
    name: z.string(),
    match: z
      .record(z.string(), z.unknown())
      .describe('what an upload must be: `kind`, and the other fields that the file has'),
    continue: z.boolean().describe('whether pipelines below may add renditions to the same upload'),
    keepLocation: z.boolean(),
    damaged: z
      .enum(['repair', 'fail'])
      .nullable()
      .describe('null: repair for images, fail for video and audio'),
    renditions: z.array(renditionView),
  })
  .meta({ id: 'Pipeline', description: 'Which uploads it is for, and what is made of them.' });

const pipelinesField = z.array(pipelineView).describe('from top to bottom, with their defaults');

/** The response of GET /v1/pipelines. */
export const pipelinesViewSchema = z
  .object({
    text: z.string().describe('the file as this process read it when it started'),
    pipelines: pipelinesField,
  })
  .meta({ id: 'Pipelines', description: 'The pipelines file that is in force.' });
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
            .describe('fields and positions from the top, such as pipelines.0.name; null if it is no YAML'),
          message: z.string(),
        }),
      )
      .describe(`all that is wrong, the first ${problemsMax} of it; empty if a process would start with it`),
    pipelines: pipelinesField.nullable().describe('null if something is wrong'),
  })
  .meta({
    id: 'PipelinesCheck',
    description: 'What is wrong with a pipelines file, or what is in it.',
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
