import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ExportedSpan, readSpans } from '#local';
import { printable } from '../printable.js';
import { countSpans, drawTrace } from './draw-trace.js';

/** Maximum number of traces kept (the oldest is dropped first), and of spans per trace. */
const tracesMax = 100;
const spansMax = 20_000;
const bodyMaxBytes = 16_000_000;

/** What to draw, and where. */
export interface TraceOptions {
  /** 0 picks a free port. */
  readonly port: number;
  readonly out: string;
  /** Id of the upload whose trace is drawn; defaults to the newest. */
  readonly upload?: string | undefined;
}

/**
 * Receives spans from processes on this machine, like a collector, and redraws a trace whenever spans arrive, until
 * the signal aborts.
 * @param onListening called with the URL
 */
export async function followTraces(
  { port, out, upload }: TraceOptions,
  signal: AbortSignal,
  onListening: (url: string) => void,
): Promise<void> {
  const traces = new Map<string, ExportedSpan[]>();
  let drawing = Promise.resolve();
  const draw = async () => {
    const spans = pick([...traces.values()], upload);
    if (!spans) return;
    await writeFile(out, drawTrace(spans));
    const id = spans.map(({ facts }) => facts['landfall.upload.id']).find((known) => known !== undefined);
    console.log(printable(`${out}: ${countSpans(spans)}${id === undefined ? '' : ` of upload ${id}`}`));
  };
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.headers['content-type'] !== 'application/json') {
      response.writeHead(415).end('set OTEL_EXPORTER_OTLP_PROTOCOL=http/json\n');
      return;
    }
    for (const span of readSpans(await readBody(request))) keep(traces, span);
    // Sequential, since concurrent drawings would write the same file.
    const drawn = drawing.then(draw);
    drawing = drawn.catch(() => undefined);
    await drawn;
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  };
  const server = createServer((request, response) => {
    take(request, response).catch((error: unknown) => {
      console.error(printable(String(error)));
      if (!response.headersSent) response.writeHead(400);
      response.end();
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onListening(`http://localhost:${(server.address() as AddressInfo).port}`);
  if (!signal.aborted) await once(signal, 'abort');
  server.closeAllConnections();
  server.close();
  await drawing;
}

function keep(traces: Map<string, ExportedSpan[]>, span: ExportedSpan): void {
  const spans = traces.get(span.traceId) ?? [];
  if (spans.length < spansMax) spans.push(span);
  traces.set(span.traceId, spans);
  const [oldest] = traces.keys();
  if (traces.size > tracesMax && oldest !== undefined) traces.delete(oldest);
}

/**
 * Picks the trace of an upload, or the newest one. Prefers traces that began with a callback, because an event for
 * the same object begins another, short trace.
 */
function pick(traces: readonly ExportedSpan[][], upload: string | undefined): ExportedSpan[] | undefined {
  const isOf = (spans: ExportedSpan[]) =>
    upload === undefined || spans.some(({ facts }) => facts['landfall.upload.id'] === upload);
  const hasCallback = (spans: ExportedSpan[]) => spans.some(({ name }) => name === 'callback');
  const startOf = (spans: ExportedSpan[]) => Math.min(...spans.map(({ startMs }) => startMs));
  const found = traces.filter(isOf).toSorted((one, other) => startOf(other) - startOf(one));
  return found.find(hasCallback) ?? found[0];
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > bodyMaxBytes) throw new Error(`an export of more than ${bodyMaxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
