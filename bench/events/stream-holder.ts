/**
 * Holds event streams open, each on its own connection, and reads them. A separate process, so that its memory is not
 * counted.
 */
import { once } from 'node:events';
import { Agent, get } from 'node:http';

interface Order {
  readonly url: string;
  readonly apiKey: string;
  readonly count: number;
}

/** Number of streams opened concurrently. */
const atOnce = 50;
const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
let open = 0;

async function openStream({ url, apiKey }: Order): Promise<void> {
  const request = get(url, { agent, headers: { authorization: `Bearer ${apiKey}` } });
  const [answer] = await once(request, 'response');
  if (answer.statusCode !== 200) throw new Error(`no stream: ${answer.statusCode}`);
  open += 1;
  answer.once('close', () => (open -= 1));
  answer.resume();
}

process.on('message', async (order: Order | { count: 'open' }) => {
  if (order.count !== 'open')
    for (let left = order.count; left > 0; left -= atOnce)
      await Promise.all(Array.from({ length: Math.min(left, atOnce) }, () => openStream(order as Order)));
  process.send?.({ open });
});
process.once('disconnect', () => process.exit(0));
process.send?.({ type: 'ready' });
