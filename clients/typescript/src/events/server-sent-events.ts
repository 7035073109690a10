/** One event of a `text/event-stream`. */
export interface ServerSentEvent {
  /** Null if the server gave it none: it is then no place to resume from. */
  readonly id: string | null;
  readonly type: string;
  /** Null where the server only says from where to resume. */
  readonly data: string | null;
}

/** Longer events are refused: the stream is then not one of Landfall's. */
const maxEventChars = 1_048_576;

/**
 * Reads a `text/event-stream` as the WHATWG standard describes it. `onActivity` is called for
 * everything that arrives, comments too, so that the caller can notice a stream that has died.
 * Ends when the stream ends; an event that is cut off by the end is dropped.
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
      // The second half of a CR LF that was cut: the line has ended already.
      rest += afterCr && text.startsWith('\n') ? text.slice(1) : text;
      if (text !== '') afterCr = text.endsWith('\r');
      const lines = rest.split(/\r\n|\n|\r/);
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const complete = event.take(line);
        if (complete) yield complete;
      }
      if (rest.length + event.length > maxEventChars)
        throw new RangeError(`an event of more than ${maxEventChars} characters`);
    }
  } finally {
    // Also when the consumer leaves the loop: the connection must not stay open behind it.
    await reader.cancel().catch(() => undefined);
  }
}

/** Collects the lines of one event. */
class EventLines {
  private id: string | null = null;
  private type = '';
  private data: string[] = [];
  length = 0;

  /** Returns the event that an empty line completes. */
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
