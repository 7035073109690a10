import type { Config } from '#runtime';

/** Injection tokens of what has no class of its own. */
export const configToken = Symbol('config');
export const loggerToken = Symbol('logger');

/** The settings that the api was started with. */
export type ApiConfig = Config<'http' | 'callback' | 'oss' | 'media' | 'worker' | 'tickets'>;
