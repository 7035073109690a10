import type { KeyObject } from 'node:crypto';
import type { TargetSettings } from './suspects/target-changes.js';
import type { CallbackBodySettings } from '#oss';

export interface ExplainedStep {
  readonly title: string;
  readonly verdict: 'ok' | 'wrong' | 'note';
  readonly lines: readonly string[];
}

export interface ExplainSettings extends TargetSettings {
  /** The key to verify with; undefined, with the reason, when there is none. */
  readonly key: KeyObject | undefined;
  /** Where the key is from, or why there is none. */
  readonly keySource: string;
  /** A pinned key is taken whatever the request says. */
  readonly pinned: boolean;
  readonly allowedHosts: readonly string[];
  /** How long to look for the cause of a mismatch: about this many bytes are hashed at most. */
  readonly hashedBytesMax: number;
  readonly body: CallbackBodySettings;
}
