import { DataSource } from '#database';
import { checkPipelines, type Pipelines, pipelinesJsonSchema } from '#pipelines';
import { LandfallError } from '#runtime';
import { Controller, Get, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '../contract/annotations.js';
import { documentSchema } from '../contract/named-schemas.js';
import { Problems } from '../contract/problems.js';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { DatabaseGuard } from '../http/database.guard.js';
import { JsonBody } from '../http/json-body.js';
import { pipelinesTextToken, pipelinesToken } from '../tokens.js';
import { countDryRun, type DryRun, dryRunViewSchema } from './dry-run.js';
import { checkSchema, dryRunSchema } from './pipelines-request.js';
import {
  type PipelinesCheck,
  pipelinesCheckSchema,
  type PipelinesView,
  pipelinesViewSchema,
  viewCheck,
  viewPipelines,
} from './pipelines-view.js';

/** Returns the active pipelines file, and validates and dry-runs others. Stores nothing. */
@ApiTags('pipelines')
@Controller('v1/pipelines')
@UseGuards(ApiKeyGuard)
export class PipelinesController {
  constructor(
    private readonly source: DataSource,
    @Inject(pipelinesToken) private readonly pipelines: Pipelines,
    @Inject(pipelinesTextToken) private readonly text: string,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Get the pipelines file',
    description: 'Returns the current file: its text, and the pipelines in it with their defaults.',
  })
  @ApiOkResponse({ description: 'The file', schema: documentSchema(pipelinesViewSchema) })
  getPipelines(): PipelinesView {
    return { text: this.text, pipelines: viewPipelines(this.pipelines) };
  }

  @Get('schema')
  @ApiOperation({
    summary: 'Get the JSON Schema of pipelines files',
    description:
      'For editors; draft 7. Does not include the rules between fields, which POST /v1/pipelines/check applies.',
  })
  @ApiOkResponse({
    description: 'The schema',
    schema: documentSchema(
      z.record(z.string(), z.unknown()).meta({ id: 'JsonSchema', description: 'A JSON Schema, draft 7.' }),
    ),
  })
  getPipelinesSchema(): object {
    return pipelinesJsonSchema();
  }

  @Post('check')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Check a pipelines file',
    description:
      'Checks it as a process does at startup, and returns all problems with their lines, or the pipelines with their defaults. Problems in the file are not errors of this request. Nothing is stored: the current file is on the machines of the api and the workers.',
  })
  @ApiBody({ schema: documentSchema(checkSchema, 'input') })
  @ApiOkResponse({
    description: 'The problems, or the pipelines',
    schema: documentSchema(pipelinesCheckSchema),
  })
  @Problems('request.too_large')
  checkPipelines(@JsonBody(checkSchema) { text }: z.output<typeof checkSchema>): PipelinesCheck {
    return viewCheck(checkPipelines(text));
  }

  @Post('dry-run')
  @HttpCode(200)
  @UseGuards(DatabaseGuard)
  @ApiOperation({
    summary: 'Dry-run reprocessing',
    description:
      'Counts the renditions of the selected uploads, newest first, that are missing, failed, or made from a spec that differs from the current pipelines file or from `text`, and estimates the time to make them. Changes nothing. Repeat with `nextCursor` until it is null, and add up the responses.',
  })
  @ApiBody({ required: true, schema: documentSchema(dryRunSchema, 'input') })
  @ApiOkResponse({ description: 'What would be made', schema: documentSchema(dryRunViewSchema) })
  @Problems('pipelines.text_invalid', 'request.cursor_invalid', 'request.too_large')
  dryRunPipelines(
    @JsonBody(dryRunSchema) { text, cursor, ...filter }: z.output<typeof dryRunSchema>,
  ): Promise<DryRun> {
    return countDryRun(this.source, text === undefined ? this.pipelines : readText(text), filter, cursor);
  }
}

/** @throws LandfallError pipelines.text_invalid */
function readText(text: string): Pipelines {
  const { pipelines, problems } = checkPipelines(text);
  if (pipelines) return pipelines;
  const [first] = problems;
  throw new LandfallError('pipelines.text_invalid', first && `line ${first.line}: ${first.message}`);
}
