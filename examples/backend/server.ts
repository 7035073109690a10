import { createServer, type IncomingMessage } from 'node:http';
import { readFile } from 'node:fs/promises';
import { Landfall, verifyWebhook, type WebhookHeaders, WebhookRejected } from '@landfall/client';
import { MediaLibrary } from './media-library.ts';

const apiUrl = process.env['LANDFALL_API_URL'] ?? 'http://localhost:3000';
const apiKey = process.env['LANDFALL_API_KEY'] ?? 'landfall-dev-key';
/** What `landfall webhooks create` printed; two with a comma while it is changed. */
const webhookSecrets = (process.env['WEBHOOK_SECRET'] ?? '').split(',').filter(Boolean);
const port = Number(process.env['PORT'] ?? 4000);
const bodyMaxBytes = 65_536;

const landfall = new Landfall({ baseUrl: apiUrl, apiKey });
const library = new MediaLibrary();

interface Answer {
  status: number;
  type?: string;
  body?: string | Buffer;
}
type Handler = (request: IncomingMessage) => Promise<Answer> | Answer;

const json = (status: number, value: unknown): Answer => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
});

const routes: Record<string, Handler> = {
  'GET /': () => sendFile('public/index.html', 'text/html'),
  'GET /page.js': () => sendFile('public/page.js', 'text/javascript'),
  'POST /tickets': issueTicket,
  'POST /webhooks': receiveWebhook,
  'GET /uploads': (request) => json(200, library.of(userOf(request))),
};

/** What a page needs to upload one file and to follow it: never the API key. */
async function issueTicket(request: IncomingMessage): Promise<Answer> {
  const { fileName, contentType } = JSON.parse(new TextDecoder().decode(await readBody(request))) as Record<
    string,
    string
  >;
  const ticket = await landfall.tickets.issue({
    fileName,
    ...(contentType ? { contentType } : {}),
    maxBytes: 50_000_000,
    // Whose upload it is, is for us to say, not for the page.
    vars: { user_id: userOf(request) },
  });
  const { token, cursor } = await landfall.tokens.issue({ tickets: [ticket.id], lifetimeS: 600 });
  return json(201, { ticket, apiUrl, token, cursor });
}

/** Landfall tells what happened. Answered at once: what takes long belongs into a queue. */
async function receiveWebhook(request: IncomingMessage): Promise<Answer> {
  const body = await readBody(request);
  try {
    const event = await verifyWebhook(body, request.headers as WebhookHeaders, webhookSecrets);
    library.record(event);
    return { status: 204 };
  } catch (error) {
    if (!(error instanceof WebhookRejected)) throw error;
    return json(400, { error: error.message });
  }
}

/** A real backend knows this from its session. */
function userOf(request: IncomingMessage): string {
  return /\buser=(\w+)/.exec(request.headers.cookie ?? '')?.[1] ?? 'nobody';
}

async function readBody(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > bodyMaxBytes) throw new Error(`the request body exceeds ${bodyMaxBytes} bytes`);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

async function sendFile(place: string | URL, type: string): Promise<Answer> {
  return { status: 200, type, body: await readFile(new URL(place, import.meta.url)) };
}

/** The client for the page, file by file; a bundler would put it into the page's own script. */
const clientFolder = new URL('.', import.meta.resolve('@landfall/client'));
function sendClient(path: string): Promise<Answer> | Answer {
  const [, file] = /^\/client\/([\w/-]+\.js)$/.exec(path) ?? [];
  return file === undefined ? { status: 404 } : sendFile(new URL(file, clientFolder), 'text/javascript');
}

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const handler = routes[`${request.method} ${pathname}`];
  let answer: Answer;
  try {
    answer = await (handler?.(request) ??
      (pathname.startsWith('/client/') ? sendClient(pathname) : { status: 404 }));
  } catch (error) {
    console.error(error);
    answer = json(500, { error: 'internal error; see the log of the server' });
  }
  response.writeHead(answer.status, answer.type ? { 'content-type': answer.type } : {}).end(answer.body);
});
server.listen(port, '127.0.0.1', () => {
  const address = server.address();
  console.log(`listening on http://localhost:${typeof address === 'object' ? address?.port : port}`);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => server.close());
