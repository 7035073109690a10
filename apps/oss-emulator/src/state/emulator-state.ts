import type { CallbackSender } from '../callbacks/callback-sender.js';
import type { Events } from '../events/events.js';
import type { ImageProcess } from '../images/image-process.js';
import type { Buckets } from '../store/buckets.js';
import type { AccessKeys } from './access-keys.js';

/** State shared by the operations of a running emulator. */
export interface EmulatorState extends CallbackSender {
  readonly buckets: Buckets;
  readonly images: ImageProcess;
  readonly events: Events;
  /** Region id, such as cn-hangzhou. */
  readonly region: string;
  /** How long restoring an archived object takes. */
  readonly restoreMs: number;
  /** Bucket names by custom domain name (CNAME), in lower case. */
  readonly cnames: ReadonlyMap<string, string>;
  readonly keys: AccessKeys;
}
