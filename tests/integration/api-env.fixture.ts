import { developmentSecrets } from '#runtime';

/** What an api on a database needs to start. It gets no OSS: nothing answers at that endpoint. */
export const apiEnv = (databaseUrl: string): Record<string, string> => ({
  LOG_LEVEL: 'warn',
  DATABASE_URL: databaseUrl,
  API_HOST: '127.0.0.1',
  API_PORT: '0',
  API_KEYS: developmentSecrets.apiKey,
  API_LINK_SECRET: developmentSecrets.linkSecret,
  TICKET_SECRETS: developmentSecrets.ticketSecret,
  OSS_ENDPOINT: 'http://localhost:1',
  OSS_REGION: 'cn-hangzhou',
  OSS_BUCKETS: 'landfall',
  OSS_ACCESS_KEY_ID: 'test',
  OSS_ACCESS_KEY_SECRET: 'test',
});
