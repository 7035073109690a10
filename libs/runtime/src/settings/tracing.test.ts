import { expect, test } from 'vitest';
import { loadConfig } from '../load-config.js';

test('traces are off unless a collector is named, and then all are recorded but those that clients do not record', () => {
  expect(loadConfig(['tracing'], {}).tracing).toEqual({
    exporterOtlpEndpoint: undefined,
    exporterOtlpTracesEndpoint: undefined,
    exporterOtlpHeaders: {},
    exporterOtlpProtocol: 'http/protobuf',
    tracesSampler: 'parentbased_always_on',
    tracesSamplerArg: 1,
    serviceName: undefined,
    resourceAttributes: {},
  });
});

test('pairs are read as OpenTelemetry writes them', () => {
  const env = {
    OTEL_EXPORTER_OTLP_HEADERS: ' authorization = Bearer%20a=b== ,x-empty=,',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=%E6%B5%8B%E8%AF%95',
  };
  const { exporterOtlpHeaders, resourceAttributes } = loadConfig(['tracing'], env).tracing;
  expect(exporterOtlpHeaders).toEqual({ authorization: 'Bearer a=b==', 'x-empty': '' });
  expect(resourceAttributes).toEqual({ 'deployment.environment.name': '测试' });
});

test.each([
  { OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:hidden' },
  { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'ftp://hidden' },
  { OTEL_EXPORTER_OTLP_HEADERS: 'hidden' },
  { OTEL_EXPORTER_OTLP_HEADERS: 'a=%hidden' },
  { OTEL_EXPORTER_OTLP_HEADERS: 'a=1%0D%0Ahidden: 2' },
  { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
  { OTEL_TRACES_SAMPLER: 'hidden' },
  { OTEL_TRACES_SAMPLER_ARG: '1.5' },
  { OTEL_TRACES_SAMPLER_ARG: 'hidden' },
  { OTEL_RESOURCE_ATTRIBUTES: '=hidden' },
])('%j is refused by its name, and not shown', (env) => {
  const [name = ''] = Object.keys(env);
  const load = () => loadConfig(['tracing'], env);
  expect(load).toThrow(new RegExp(`\n  ${name}: must `));
  expect(load).not.toThrow(/hidden/);
});
