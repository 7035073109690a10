import type {
  DryRun,
  DryRunRequest,
  GetPipelinesSchemaResponse,
  Pipelines,
  PipelinesCheck,
  Trial,
  TrialRequest,
} from '../generated/types.js';
import type { CallOptions, Transport } from '../http/transport.js';
import { operations } from '../operations.js';

/** The pipelines file: what becomes of uploads. It is read here, and changed on the machines of api and workers. */
export class PipelinesFile {
  constructor(private readonly transport: Transport) {}

  /** The file that is in force. */
  get(options?: CallOptions): Promise<Pipelines> {
    return this.transport.call(operations.getPipelines, {}, options);
  }

  /** The JSON Schema of such files, for editors. */
  schema(options?: CallOptions): Promise<GetPipelinesSchemaResponse> {
    return this.transport.call(operations.getPipelinesSchema, {}, options);
  }

  /** Says what is wrong with the text of a file, or what is in it. Nothing is stored. */
  check(text: string, options?: CallOptions): Promise<PipelinesCheck> {
    return this.transport.call(operations.checkPipelines, { body: { text } }, options);
  }

  /**
   * Says what reprocessing would make of the uploads that are asked for. An answer looks for two seconds: ask again with its
   * `nextCursor` as `cursor` until it is null, and add up.
   */
  dryRun(request: DryRunRequest = {}, options?: CallOptions): Promise<DryRun> {
    return this.transport.call(operations.dryRunPipelines, { body: request }, options);
  }

  /** Has one image made of an upload without publishing it; ask for the trial to see it. */
  try(request: TrialRequest, options?: CallOptions): Promise<Trial> {
    return this.transport.call(operations.tryRendition, { body: request }, options);
  }

  /** What became of a trial. */
  trial(trialId: string, options?: CallOptions): Promise<Trial> {
    return this.transport.call(operations.getTrial, { path: { trialId } }, options);
  }
}
