import { createServer, type Server } from 'node:http';
import { Client } from 'pg';
import type { Arrivals } from './arrivals.js';

/** The channel on which the recording transaction notifies. */
export const channel = 'bench_recorded';

/** The receiver of a webhook. */
export async function openReceiver(arrivals: Arrivals): Promise<Server> {
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    arrivals.arrive('webhook', String(request.headers['webhook-id']));
    request.resume();
    request.once('end', () => response.writeHead(204).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

export async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** Receives a Postgres notification for every commit. */
export async function listen(databaseUrl: string, arrivals: Arrivals): Promise<Client> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  client.on('notification', ({ payload = '' }) => arrivals.arrive('notification', payload));
  await client.query(`LISTEN ${channel}`);
  return client;
}

/** Resolves when the stream is open, and reads it until `signal` aborts. */
export async function followStream(
  url: string,
  apiKey: string,
  { arrivals, signal }: { arrivals: Arrivals; signal: AbortSignal },
): Promise<void> {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${apiKey}` }, signal });
  if (!answer.ok || !answer.body) throw new Error(`no stream: ${answer.status} ${await answer.text()}`);
  const read = async (body: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const bytes of body) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.startsWith('id: ')) arrivals.arrive('stream', line.slice(4).trim());
    }
  };
  // A broken stream is noticed by the missing arrivals.
  read(answer.body).catch(() => undefined);
}
