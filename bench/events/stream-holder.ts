/** Holds streams of events open, each on a connection of its own, and reads them. A process of its own: its memory is nobody else's. */
import { once } from 'node:events';
import { Agent, get } from 'node:http';

interface Order {
  readonly url: string;
  readonly apiKey: string;
  readonly count: number;
}

/** So many are opened at once. */
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
