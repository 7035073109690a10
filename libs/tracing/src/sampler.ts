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
 * The sampler that the settings name. It is asked about new traces and about clients' alone: what goes
 * on from a span of ours is always recorded, and so is what is linked to one.
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
