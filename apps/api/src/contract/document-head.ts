import type { OpenAPIObject } from '@nestjs/swagger';
import type { SecurityScheme } from './problems.js';

/** Version of the contract. docs/api.md describes when it changes. */
const contractVersion = '1.0.0';

type SecuritySchemes = NonNullable<NonNullable<OpenAPIObject['components']>['securitySchemes']>;

const securitySchemes: Record<SecurityScheme, SecuritySchemes[string]> = {
  apiKey: { type: 'http', scheme: 'bearer', description: 'One of API_KEYS. Never give it to a browser.' },
  browserToken: { type: 'http', scheme: 'bearer', description: 'A token of POST /v1/tokens.' },
  queryToken: {
    type: 'apiKey',
    in: 'query',
    name: 'token',
    description: 'The same token: EventSource sends no header.',
  },
  streamLink: {
    type: 'apiKey',
    in: 'query',
    name: 'signature',
    description: 'A link to a stream as `url` of a rendition has it, with `expires` and `signature`.',
  },
  ossSignature: {
    type: 'apiKey',
    in: 'header',
    name: 'authorization',
    description: 'The RSA signature of OSS over path, query and body; its key is named by x-oss-pub-key-url.',
  },
  eventSignature: {
    type: 'apiKey',
    in: 'header',
    name: 'authorization',
    description: 'The signature of SMQ, or in its own headers that of EventBridge, or its static token.',
  },
};

/** The parts of the document that no controller declares. */
export const documentHead = {
  openapi: '3.1.0',
  info: {
    title: 'Landfall',
    description:
      'Uploads to Alibaba Cloud OSS and their renditions. Errors are application/problem+json with a stable code.',
    version: contractVersion,
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/', description: 'This service' }],
  tags: [
    { name: 'uploads', description: 'What was uploaded, and what became of it.' },
    { name: 'tickets', description: 'Permissions for direct uploads from browsers and apps.' },
    { name: 'streams', description: 'What players fetch: playlists, manifests, cues and keys.' },
    { name: 'callbacks', description: 'What OSS calls after an upload.' },
    { name: 'events', description: 'What OSS notifies of.' },
    { name: 'event log', description: 'What happened to uploads, page by page and live.' },
    { name: 'tokens', description: 'What a browser follows its uploads with.' },
    { name: 'webhooks', description: 'URLs of yours that get events.' },
    { name: 'pipelines', description: 'The pipelines file: what becomes of uploads.' },
    {
      name: 'operation',
      description: 'Health of the process, how much work there is, who does it, and pausing it.',
    },
  ],
  components: { securitySchemes },
};
