import { z } from 'zod';
import { matchSchema } from './match-schema.js';
import { name } from './kinds/fields.js';
import { kinds, renditionSchema } from './kinds/index.js';

const pipeline = z.strictObject({
  name: name.describe('unique among the pipelines of a kind; a ticket may choose a pipeline by it'),
  match: matchSchema,
  continue: z
    .boolean()
    .default(false)
    .describe('whether the pipelines below may match the same upload and add their renditions'),
  keepLocation: z
    .boolean()
    .default(false)
    .describe('whether the facts of an upload include where it was taken; its renditions never do'),
  damaged: z
    .enum(['repair', 'fail'])
    .optional()
    .describe(
      'what happens to a truncated file: `repair` uses the part that exists, with a warning, if it is most of the ' +
        'file; `fail` fails the upload. Defaults to repair for images and fail for video and audio',
    ),
  renditions: z
    .array(renditionSchema)
    .min(1)
    .max(50)
    .describe('made in this order: put those that a page needs first at the top'),
});

/** The schema of the whole file. */
export const pipelinesSchema = z
  .strictObject({
    version: z.literal(1),
    pipelines: z
      .array(pipeline)
      .max(200)
      .describe('the first that matches an upload applies; if it continues, later ones may apply too'),
  })
  .superRefine(({ pipelines }, context) => {
    for (const [index, pipeline] of pipelines.entries()) {
      const { kind } = pipeline.match;
      const before = pipelines.slice(0, index).filter(({ match }) => match.kind === kind);
      const refuse = (message: string, ...path: (string | number)[]) =>
        context.addIssue({ code: 'custom', path: ['pipelines', index, ...path], message });
      if (before.some(({ name }) => name === pipeline.name))
        refuse(`another pipeline for ${kind} is already named ${pipeline.name}`, 'name');
      // Pipelines above that continue may match the same upload, so all their renditions form one list.
      const made = before.filter((other) => other.continue).flatMap(renditionsIn);
      for (const [position, rendition] of renditionsIn(pipeline).entries()) {
        const clash = made.find((other) => other.name === rendition.name);
        if (clash)
          refuse(
            `another rendition is already named ${rendition.name}${within(clash)}`,
            'renditions',
            position,
            'name',
          );
        const twin = made.find((other) => kinds[rendition.kind].once && other.kind === rendition.kind);
        if (twin)
          refuse(
            `an upload has at most one ${rendition.kind}; another is already defined${within(twin)}`,
            'renditions',
            position,
            'kind',
          );
        if (!kinds[rendition.kind].madeOf.includes(kind))
          refuse(`${rendition.kind} cannot be made from ${kind}`, 'renditions', position, 'kind');
        made.push(rendition);
      }

      function within(other: { pipeline: string }): string {
        return other.pipeline === pipeline.name
          ? ''
          : ` in pipeline ${other.pipeline} above, which continues`;
      }
    }
  });

function renditionsIn({ name, renditions }: z.output<typeof pipeline>) {
  return renditions.map((rendition) => ({ name: rendition.name, kind: rendition.kind, pipeline: name }));
}

export type Pipelines = z.output<typeof pipelinesSchema>;
