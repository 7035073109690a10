import type { OpenAPIObject } from '@nestjs/swagger';
import type { SecurityScheme } from './problems.js';

/** Version of the contract. docs/api.md describes when it changes. */
const contractVersion = '1.0.0';

type SecuritySchemes = NonNullable<NonNullable<OpenAPIObject['components']>['securitySchemes']>;

const securitySchemes: Record<SecurityScheme, SecuritySchemes[string]> = {
  apiKey: { type: 'http', scheme: 'bearer', description: 'One of API_KEYS. Never expose it to a browser.' },
  browserToken: { type: 'http', scheme: 'bearer', description: 'A token from POST /v1/tokens.' },
  queryToken: {
    type: 'apiKey',
    in: 'query',
    name: 'token',
    description: 'The same token in the query, because EventSource cannot send headers.',
  },
  streamLink: {
    type: 'apiKey',
    in: 'query',
    name: 'signature',
    description:
      'A signed link to a stream: the `url` of a rendition, which contains `expires` and `signature`.',
  },
  ossSignature: {
    type: 'apiKey',
    in: 'header',
    name: 'authorization',
    description:
      'The RSA signature of OSS over path, query and body. Header x-oss-pub-key-url contains the URL of its public key.',
  },
  eventSignature: {
    type: 'apiKey',
    in: 'header',
    name: 'authorization',
    description:
      'The signature of SMQ. EventBridge sends its signature or static token in headers of its own.',
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
    { name: 'uploads', description: 'Uploads and their renditions.' },
    { name: 'tickets', description: 'Permissions for direct uploads from browsers and apps.' },
    { name: 'streams', description: 'Files for players: playlists, manifests, cues and keys.' },
    {
      name: 'callbacks',
      description: 'Callbacks that OSS sends after an upload, and those that were refused.',
    },
    { name: 'events', description: 'Event notifications from OSS.' },
    { name: 'event log', description: 'What happened to uploads, in pages or as a live stream.' },
    { name: 'tokens', description: 'Tokens that let a browser follow its uploads.' },
    { name: 'webhooks', description: 'Your URLs that receive events.' },
    { name: 'pipelines', description: 'The pipelines file, which defines the renditions of uploads.' },
    {
      name: 'operation',
      description: 'Health of the process, queues and workers.',
    },
  ],
  components: { securitySchemes },
};
