import type { Config } from '#runtime';

/** Injection tokens of what has no class of its own. */
export const configToken = Symbol('config');
export const loggerToken = Symbol('logger');
export const pipelinesToken = Symbol('pipelines');
export const publicUrlToken = Symbol('publicUrl');

/** The settings that the api was started with. */
export type ApiConfig = Config<'http' | 'callback' | 'oss' | 'media' | 'worker' | 'tickets'>;

/** Where clients reach the api, without a slash at the end. Call it per request: the port may be known only once the api listens. */
export type PublicUrl = () => string;
