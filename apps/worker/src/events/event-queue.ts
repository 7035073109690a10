import {
  mnsVersion,
  type QueueMessage,
  readMnsErrorCode,
  readQueueMessages,
  signMnsRequest,
  writeReceiptHandles,
} from '#oss';
import { LandfallError } from '#runtime';

/** The most messages that SMQ returns per request. */
const messagesMax = 16;
/** Long-poll wait on an empty queue, in seconds; SMQ allows up to 30. */
const waitSeconds = 20;
/** Time limit for the response beyond that wait. */
const answerTimeoutMs = 5_000;
/** Time limit for a deletion; short, because the shutdown of a worker waits for it. */
const deleteTimeoutMs = 3_000;
/** Room for 16 messages of 64 KiB as XML. */
const answerMaxBytes = 8_388_608;

/** URL and credentials of a queue. */
export interface QueueAccess {
  /** `https://<account>.mns.<region>.aliyuncs.com/queues/<name>` */
  readonly url: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string | undefined;
}

/** A queue of SMQ (once MNS) that holds event notifications. */
export class EventQueue {
  constructor(private readonly access: QueueAccess) {}

  /**
   * Long-polls for messages; empty if none arrive in time. Messages not deleted in time are redelivered.
   * @throws LandfallError event.queue_unavailable
   */
  async receive(signal: AbortSignal): Promise<QueueMessage[]> {
    const limit = AbortSignal.timeout(waitSeconds * 1_000 + answerTimeoutMs);
    const query = `?numOfMessages=${messagesMax}&waitseconds=${waitSeconds}`;
    const { status, text } = await this.send('GET', query, AbortSignal.any([signal, limit]));
    const messages = status === 200 ? readQueueMessages(text) : undefined;
    if (messages) return messages;
    if (readMnsErrorCode(text) === 'MessageNotExist') return [];
    throw unavailable(status, text);
  }

  /**
   * Deletes messages by their receipt handles. An expired handle, whose message was redelivered, is
   * not an error.
   * @throws LandfallError event.queue_unavailable
   */
  async delete(receiptHandles: readonly string[]): Promise<void> {
    const body = writeReceiptHandles(receiptHandles);
    const { status, text } = await this.send('DELETE', '', AbortSignal.timeout(deleteTimeoutMs), body);
    if (status !== 204 && status !== 404) throw unavailable(status, text);
  }

  private async send(
    method: string,
    query: string,
    signal: AbortSignal,
    body?: string,
  ): Promise<{ status: number; text: string }> {
    const url = new URL(`${this.access.url}/messages${query}`);
    const { securityToken } = this.access;
    const headers = {
      date: new Date().toUTCString(),
      'x-mns-version': mnsVersion,
      ...(body === undefined ? {} : { 'content-type': 'text/xml;charset=utf-8' }),
      ...(securityToken === undefined ? {} : { 'security-token': securityToken }),
    };
    const target = url.pathname + url.search;
    const authorization = signMnsRequest({ method, target, headers }, this.access);
    try {
      const answer = await fetch(url, {
        method,
        headers: { ...headers, authorization },
        ...(body === undefined ? {} : { body }),
        redirect: 'error',
        signal,
      });
      return { status: answer.status, text: await readText(answer) };
    } catch (cause) {
      throw new LandfallError('event.queue_unavailable', url.host, { cause });
    }
  }
}

async function readText(answer: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.length > answerMaxBytes) throw new Error(`the response is larger than ${answerMaxBytes} bytes`);
  }
  return text + decoder.decode();
}

function unavailable(status: number, text: string): LandfallError {
  return new LandfallError('event.queue_unavailable', `status ${status} ${readMnsErrorCode(text)}`.trim());
}
