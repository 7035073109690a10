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
    description: 'As it is in force: its text, and what is read from it, with defaults.',
  })
  @ApiOkResponse({ description: 'The file', schema: documentSchema(pipelinesViewSchema) })
  getPipelines(): PipelinesView {
    return { text: this.text, pipelines: viewPipelines(this.pipelines) };
  }

  @Get('schema')
  @ApiOperation({
    summary: 'Get the JSON Schema of pipelines files',
    description: 'For editors: draft 7. Rules between fields are not in it; check knows them.',
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
      'As a process does when it starts: all problems with their lines, or the pipelines with their defaults. What is wrong is no error of this request. Nothing is stored: the file in force is on the machines of api and workers.',
  })
  @ApiBody({ schema: documentSchema(checkSchema, 'input') })
  @ApiOkResponse({
    description: 'What is wrong, or what is in it',
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
    summary: 'Say what reprocessing would make',
    description:
      'Of the uploads that are asked for, newest first: how much is missing, failed, or was made by other specs than the file has, and how long making it would take. With `text` as if that file were in force. Changes nothing; ask again with `nextCursor` until it is null, and add up the answers.',
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
