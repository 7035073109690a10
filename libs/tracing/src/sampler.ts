import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import type { Config } from '#runtime';

/**
 * Creates the sampler that the settings name. It decides only on new traces and on those continued from
 * clients; spans that continue or link to one of our recorded spans are always recorded.
 */
export function samplerOf({
  tracesSampler,
  tracesSamplerArg,
}: Pick<Config<'tracing'>['tracing'], 'tracesSampler' | 'tracesSamplerArg'>): Sampler {
  const [, parentBased, name] = /^(parentbased_)?(.*)$/.exec(tracesSampler) ?? [];
  const own = ownSampler(name, tracesSamplerArg);
  const root: Sampler = {
    shouldSample: (...asked) =>
      asked[5].length > 0 ? { decision: SamplingDecision.RECORD_AND_SAMPLED } : own.shouldSample(...asked),
    toString: () => own.toString(),
  };
  if (parentBased) return new ParentBasedSampler({ root });
  return new ParentBasedSampler({ root, remoteParentSampled: own, remoteParentNotSampled: own });
}

function ownSampler(name: string | undefined, ratio: number): Sampler {
  if (name === 'traceidratio') return new TraceIdRatioBasedSampler(ratio);
  return name === 'always_off' ? new AlwaysOffSampler() : new AlwaysOnSampler();
}
