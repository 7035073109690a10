import type { CallbackBodySettings } from '#oss';
import type { ApiConfig } from '../tokens.js';

/** Returns how to read callback bodies. A template may omit the bucket if the service has only one. */
export function bodySettingsOf({ callback, oss }: Pick<ApiConfig, 'callback' | 'oss'>): CallbackBodySettings {
  const [bucket, ...others] = oss.buckets;
  return {
    defaultBucket: callback.defaultBucket ?? (others.length === 0 ? bucket : undefined),
    fieldNames: callback.fieldNames,
  };
}
