import type { KeyObject } from 'node:crypto';
import type { TargetSettings } from './suspects/target-changes.js';
import type { CallbackBodySettings } from '#oss';

export interface ExplainedStep {
  readonly title: string;
  readonly verdict: 'ok' | 'wrong' | 'note';
  readonly lines: readonly string[];
}

export interface ExplainSettings extends TargetSettings {
  /** The key to verify with; undefined if there is none. */
  readonly key: KeyObject | undefined;
  /** The source of the key, or why there is none. */
  readonly keySource: string;
  /** Whether the key is pinned: it is used regardless of the request. */
  readonly pinned: boolean;
  readonly allowedHosts: readonly string[];
  /** Limits the search for the cause of a mismatch: approximate maximum number of hashed bytes. */
  readonly hashedBytesMax: number;
  readonly body: CallbackBodySettings;
}
