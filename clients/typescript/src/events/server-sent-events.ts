/** One event of a `text/event-stream`. */
export interface ServerSentEvent {
  /** Null if the server sent none; the stream cannot be resumed from such an event. */
  readonly id: string | null;
  readonly type: string;
  /** Null if the server only sent an id to resume from. */
  readonly data: string | null;
}

/** Larger events are refused: Landfall sends none of this size. */
const maxEventChars = 1_048_576;

/**
 * Parses a `text/event-stream` as the WHATWG standard specifies, until the stream ends. Calls `onActivity` for all
 * incoming data, including comments, so that the caller can detect a dead stream. An incomplete event at the end is
 * dropped.
 * @throws RangeError for an event of more than 1,048,576 characters
 */
export async function* readServerSentEvents(
  body: ReadableStream<Uint8Array>,
  onActivity: () => void = () => undefined,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const event = new EventLines();
  let rest = '';
  let afterCr = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onActivity();
      const text = decoder.decode(value, { stream: true });
      // The LF of a CR LF pair split across chunks; the CR has already ended the line.
      rest += afterCr && text.startsWith('\n') ? text.slice(1) : text;
      if (text !== '') afterCr = text.endsWith('\r');
      const lines = rest.split(/\r\n|\n|\r/);
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const complete = event.take(line);
        if (complete) yield complete;
      }
      if (rest.length + event.length > maxEventChars)
        throw new RangeError(`an event exceeds ${maxEventChars} characters`);
    }
  } finally {
    // Also runs when the consumer leaves the loop early, so that the connection is closed.
    await reader.cancel().catch(() => undefined);
  }
}

/** Collects the lines of one event. */
class EventLines {
  private id: string | null = null;
  private type = '';
  private data: string[] = [];
  length = 0;

  /** Takes one line; returns the event if the line is empty and completes one. */
  take(line: string): ServerSentEvent | undefined {
    if (line === '') return this.complete();
    this.length += line.length;
    const [, name = '', value = ''] = /^([^:]*)(?:: ?([^]*))?$/.exec(line) ?? [];
    if (name === 'data') this.data.push(value);
    else if (name === 'event') this.type = value;
    else if (name === 'id' && !value.includes('\0')) this.id = value;
    return undefined;
  }

  private complete(): ServerSentEvent | undefined {
    const { id, type, data } = this;
    this.id = null;
    this.type = '';
    this.data = [];
    this.length = 0;
    if (data.length === 0 && !id) return undefined;
    return { id: id || null, type: type || 'message', data: data.length === 0 ? null : data.join('\n') };
  }
}
