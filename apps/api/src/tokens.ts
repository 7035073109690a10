import type { Config } from '#runtime';

/** Injection tokens for values without a class of their own. */
export const configToken = Symbol('config');
export const loggerToken = Symbol('logger');
export const pipelinesToken = Symbol('pipelines');
export const pipelinesTextToken = Symbol('pipelinesText');
export const publicUrlToken = Symbol('publicUrl');

/** The settings with which the api was started. */
export type ApiConfig = Config<
  'http' | 'callback' | 'database' | 'oss' | 'media' | 'worker' | 'tickets' | 'events' | 'webhooks' | 'live'
>;

/**
 * The URL at which clients reach the api, without a trailing slash. Call it per request: the port
 * may be unknown until the api listens.
 */
export type PublicUrl = () => string;
