import type { DataSource } from '#database';
import { eventsChannel } from '#events';
import { newId } from '#runtime';
import { uploadInEvent } from './events.fixture.js';

/** A block of a stream as an EventSource understands it. */
interface SeenEvent {
  id: string;
  type: string;
  data: { id?: string; type: string; uploadId: string | null; data: Record<string, unknown> };
}

/** A stream as its reader has seen it so far. */
export interface OpenedStream extends AsyncDisposable {
  answer: Response;
  events: SeenEvent[];
  /** Comments, which hearts beat with. */
  beats(): number;
  /** The id that the reader would resume after. */
  lastId(): string;
  /** Waits until this holds of what was seen; rejects when the stream ends before. */
  until(holds: () => boolean): Promise<void>;
  /** Resolves when the server, or the network, ends the stream. */
  ended: Promise<void>;
}

/** Opens a stream like a browser would, and reads it. */
export async function openStream(url: string, headers: Record<string, string> = {}): Promise<OpenedStream> {
  const leaving = new AbortController();
  const answer = await fetch(url, { headers, signal: leaving.signal });
  const events: SeenEvent[] = [];
  let [beats, lastId, isOver] = [0, '', false];
  let look = () => {};
  const read = async () => {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of answer.body ?? []) {
      rest += decoder.decode(chunk as Uint8Array, { stream: true });
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const lines = block.split('\n').map((line) => /^([^:]*): ?(.*)$/s.exec(line) ?? []);
        const field = (wanted: string) => lines.find(([, name]) => name === wanted)?.[2];
        lastId = field('id') ?? lastId;
        if (lines.some(([, name]) => name === '')) beats += 1;
        const data = field('data');
        if (data === undefined) continue;
        events.push({
          id: lastId,
          type: field('event') ?? 'message',
          data: JSON.parse(data) as SeenEvent['data'],
        });
      }
      look();
    }
  };
  const ended = read()
    .catch(() => undefined)
    .then(() => {
      isOver = true;
      look();
    });
  return {
    answer,
    events,
    beats: () => beats,
    lastId: () => lastId,
    ended,
    until: (holds) =>
      new Promise((resolve, reject) => {
        look = () => {
          if (holds()) resolve();
          else if (isOver) reject(new Error(`the stream ended after ${events.length} events`));
        };
        look();
      }),
    async [Symbol.asyncDispose]() {
      leaving.abort();
      await ended;
    },
  };
}

/** What the events of a test are about. */
export interface Subject {
  type?: string;
  uploadId?: string;
  ticketId?: string | null;
  vars?: Record<string, string>;
  /** Bytes that make the event large. */
  padding?: number;
}

/** Puts events into the log as the sequencer would, and wakes those who follow it. @returns their ids */
export async function logEvents(source: DataSource, count: number, subject: Subject = {}): Promise<string[]> {
  const { type = 'upload.ready', uploadId = newId(), ticketId = null, vars = {}, padding = 0 } = subject;
  const ids = Array.from({ length: count }, newId);
  const upload = uploadInEvent(uploadId, { ticketId, vars, title: 'x'.repeat(padding) });
  const data = type === 'upload.ready' ? { upload, renditions: [] } : { upload };
  await source.query(
    `INSERT INTO events (id, type, upload_id, data, position)
     SELECT id, $2, $3, $4, (SELECT coalesce(max(position), 0) FROM events) + n
     FROM unnest($1::uuid[]) WITH ORDINALITY AS ids (id, n)`,
    [ids, type, uploadId, data],
  );
  await source.query('SELECT pg_notify($1, $2)', [eventsChannel, '']);
  return ids;
}
