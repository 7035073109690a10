import { z } from 'zod';
import { list, url } from './values.js';

/** Event notifications of OSS: pushed by SMQ (MNS) or EventBridge, or taken from an SMQ queue. */
export const events = z.object({
  EVENTS_ACCEPT: list('')
    .pipe(z.array(z.enum(['smq', 'eventbridge'], 'must be smq or eventbridge')))
    .describe(
      'comma-separated senders whose pushes POST /events/oss accepts: smq, eventbridge; empty refuses all',
    ),
  EVENTS_CERT_HOSTS: list('').describe(
    'comma-separated hosts (host or host:port, compared exactly) that may serve the certificate of an event; defaults to those of SMQ and EventBridge in OSS_REGION',
  ),
  EVENTS_TOKENS: list('')
    .pipe(z.array(z.string().min(20, 'each token must have 20 or more characters')))
    .describe(
      'comma-separated static tokens of the EventBridge target, the strongest proof of its events: all are valid; if set, events of EventBridge without one are refused',
    ),
  EVENTS_TARGET_URL: url(/^https?$/, 'an http(s) URL')
    .optional()
    .describe(
      'URL of the EventBridge target, exactly as configured there, because the signature covers it; defaults to <API_PUBLIC_URL>/events/oss',
    ),
  EVENTS_QUEUE_URL: url(/^https?$/, 'https://<account>.mns.<region>.aliyuncs.com/queues/<name>')
    .optional()
    .describe(
      'SMQ queue from which the workers receive events, for services without a public address: https://<account>.mns.<region>.aliyuncs.com/queues/<name>; the workers then need TICKET_SECRETS too',
    ),
});
