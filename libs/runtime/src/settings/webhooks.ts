import { isIP } from 'node:net';
import { z } from 'zod';
import { integer, list } from './values.js';

const hostName = /^(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*$/i;

function isHostOrNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  if (more.length > 0) return false;
  const family = isIP(address);
  if (family === 0) return bits === undefined && hostName.test(address);
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

const isServer = (text: string) =>
  isIP(text) !== 0 || /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:]+\]):\d{1,5}$/i.test(text);

const integers = (fallback: string, min: number, max: number, wanted: string) =>
  list(fallback).pipe(
    z.array(z.coerce.number<string>(wanted).int(wanted).min(min, wanted).max(max, wanted)).min(1, wanted),
  );

/** Delivery of events to the URLs of clients. */
export const webhooks = z.object({
  WEBHOOKS_ALLOW: list('')
    .pipe(
      z.array(
        z.string().refine(isHostOrNetwork, 'must be host names, addresses or networks such as 10.1.0.0/16'),
      ),
    )
    .describe(
      'comma-separated hosts and networks that webhooks may reach although they are not public, for local development and receivers in your own network; hosts listed here may also use http and any port',
    ),
  WEBHOOKS_PORTS: integers('443', 1, 65_535, 'must be ports').describe(
    'comma-separated ports that the URL of a webhook may use',
  ),
  WEBHOOKS_DNS_SERVERS: list('')
    .pipe(z.array(z.string().refine(isServer, 'must be addresses such as 192.0.2.53 or 192.0.2.53:53')))
    .describe('comma-separated name servers for the hosts of webhooks; defaults to those of the system'),
  WEBHOOKS_RETRY_S: integers(
    '5,300,1800,7200,18000,36000,50400,72000,86400',
    1,
    604_800,
    'must be seconds, from 1 to 604800',
  ).describe(
    'comma-separated delays before each retry of a delivery, in seconds; after the last retry the delivery has failed. Each delay varies at random by up to a tenth',
  ),
  WEBHOOKS_DISABLE_AFTER_S: integer(432_000, 60, 31_536_000).describe(
    'how long a webhook may fail without a single success before it is disabled',
  ),
  WEBHOOKS_CONCURRENCY: integer(20, 1, 1_000).describe(
    'number of concurrent requests of one worker to one webhook',
  ),
  WEBHOOKS_MAX_REQUESTS: integer(500, 1, 10_000).describe(
    'number of concurrent requests of one worker to all webhooks; as it fills up, each webhook gets a smaller share',
  ),
  WEBHOOKS_CONNECT_TIMEOUT_MS: integer(3_000, 100, 60_000).describe(
    'time limit for resolving the host of a webhook and connecting to it',
  ),
  WEBHOOKS_TIMEOUT_MS: integer(15_000, 100, 60_000).describe('time limit for one delivery'),
});
