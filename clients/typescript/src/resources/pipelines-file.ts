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

/**
 * The pipelines file, which determines the renditions of uploads. It is read-only here; it is changed on the machines
 * of api and workers.
 */
export class PipelinesFile {
  constructor(private readonly transport: Transport) {}

  /** Gets the current file. */
  get(options?: CallOptions): Promise<Pipelines> {
    return this.transport.call(operations.getPipelines, {}, options);
  }

  /** Gets the JSON Schema of the file, for editors. */
  schema(options?: CallOptions): Promise<GetPipelinesSchemaResponse> {
    return this.transport.call(operations.getPipelinesSchema, {}, options);
  }

  /** Validates the text of a file and returns its problems or its contents. Nothing is stored. */
  check(text: string, options?: CallOptions): Promise<PipelinesCheck> {
    return this.transport.call(operations.checkPipelines, { body: { text } }, options);
  }

  /**
   * Reports what reprocessing would do with the selected uploads. One call scans for up to two seconds: repeat it
   * with `nextCursor` as `cursor` until that is null, and add up the results.
   */
  dryRun(request: DryRunRequest = {}, options?: CallOptions): Promise<DryRun> {
    return this.transport.call(operations.dryRunPipelines, { body: request }, options);
  }

  /** Starts a trial: makes one image of an upload without publishing it. Get the trial to see the result. */
  try(request: TrialRequest, options?: CallOptions): Promise<Trial> {
    return this.transport.call(operations.tryRendition, { body: request }, options);
  }

  /** Gets the state and result of a trial. */
  trial(trialId: string, options?: CallOptions): Promise<Trial> {
    return this.transport.call(operations.getTrial, { path: { trialId } }, options);
  }
}
