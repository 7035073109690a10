/**
 * Delivers webhooks with only `pg`, `undici` and `node:crypto`: claims rows in batches, signs and posts each, and
 * records the results in batches. It knows a single webhook, never retries, checks no addresses, and keeps neither
 * order nor responses: an upper bound for durable delivery.
 */
import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Pool as Connections } from 'undici';
import { Pool } from 'pg';

interface Claimed {
  readonly event_id: string;
  readonly type: string;
  readonly upload_id: string;
  readonly created_at: Date;
  readonly data: object;
}

/** The number of concurrent deliveries that Landfall makes to one webhook. */
const concurrency = 20;
const batch = 100;
const writeEveryMs = 5;

const receiver = new URL(process.env['RECEIVER_URL'] ?? '');
const key = Buffer.from('a key of the benchmark, 32 bytes');
const database = new Pool({ connectionString: process.env['DATABASE_URL'], max: 3 });
const connections = new Connections(receiver.origin, { connections: concurrency });

async function claim(): Promise<Claimed[]> {
  const { rows } = await database.query<Claimed>({
    name: 'claim',
    text: `
      WITH due AS MATERIALIZED (
        SELECT webhook_id, event_id FROM deliveries
        WHERE state = 'pending' AND next_attempt_at <= now() AND (leased_until IS NULL OR leased_until <= now())
        ORDER BY next_attempt_at, position LIMIT ${batch} FOR UPDATE SKIP LOCKED),
      taken AS (
        UPDATE deliveries AS d SET attempts = attempts + 1, leased_until = now() + interval '5 s'
        FROM due WHERE (d.webhook_id, d.event_id) = (due.webhook_id, due.event_id) RETURNING d.event_id)
      SELECT event_id, type, upload_id, created_at, data FROM taken JOIN events ON events.id = taken.event_id`,
  });
  return rows;
}

async function post({ event_id: id, type, upload_id: uploadId, created_at, data }: Claimed): Promise<string> {
  const body = JSON.stringify({ id, type, uploadId, timestamp: created_at.toISOString(), data });
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  const answer = await connections.request({
    method: 'POST',
    path: receiver.pathname,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    },
    body,
  });
  await answer.body.dump();
  if (answer.statusCode !== 204) throw new Error(`answered ${answer.statusCode}`);
  return id;
}

async function record(ids: string[]): Promise<void> {
  await database.query({
    name: 'record',
    text: `UPDATE deliveries SET state = 'delivered', leased_until = NULL, next_attempt_at = NULL, attempted_at = now(), status = 204
           WHERE event_id = ANY($1::uuid[])`,
    values: [ids],
  });
}

/** Delivers until nothing is due any more. */
class Run {
  private readonly waiting: Claimed[] = [];
  private readonly done: string[] = [];
  private isClaiming = true;
  private isSending = true;
  private count = 0;

  async deliver(): Promise<number> {
    const sending = [this.fill(), ...Array.from({ length: concurrency }, () => this.send())];
    const sent = Promise.all(sending).finally(() => (this.isSending = false));
    await Promise.all([sent, this.write()]);
    return this.count;
  }

  private async fill(): Promise<void> {
    while (this.isClaiming) {
      if (this.waiting.length < batch) {
        const claimed = await claim();
        this.waiting.push(...claimed);
        this.isClaiming = claimed.length > 0;
      } else await pause(1);
    }
  }

  private async send(): Promise<void> {
    while (this.isClaiming || this.waiting.length > 0) {
      const next = this.waiting.shift();
      if (next) this.done.push(await post(next));
      else await pause(1);
    }
  }

  private async write(): Promise<void> {
    while (this.isSending || this.done.length > 0) {
      const ids = this.done.splice(0);
      if (ids.length > 0) await record(ids);
      this.count += ids.length;
      await pause(writeEveryMs);
    }
  }
}

process.on('message', async () => process.send?.({ delivered: await new Run().deliver() }));
process.once('disconnect', () => process.exit(0));
process.send?.({ type: 'ready' });
