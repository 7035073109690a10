import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '#runtime';
import { AccessKeys, type AccessKey } from './state/access-keys.js';
import { serveRequests, serverOptions } from './http/serve-requests.js';
import { ImageProcess } from './images/image-process.js';
import { Buckets } from './store/buckets.js';
import { convertOldFolder } from './store/old-format.js';
import { Events } from './events/events.js';
import type { EventRule } from './events/model/event-rules.js';
import { loadSigningKeys } from './events/signing/signing-keys.js';
import { CallbackJournal } from './callbacks/journal.js';
import { noFaults, type FaultPlan } from './faults/fault-plan.js';
import { Faults } from './faults/faults.js';
import { Overtaking } from './faults/overtaking.js';
import { loadCallbackKey } from './callbacks/key.js';
import type { EmulatorState } from './state/emulator-state.js';

export interface EmulatorOptions {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** URL at which clients reach the emulator; defaults to http://localhost:<port>. */
  readonly publicUrl?: string | undefined;
  /** Folder that stores everything; only one emulator may use it at a time. */
  readonly dataDir: string;
  /** Whether changes are flushed to disk before they are confirmed; defaults to true. */
  readonly fsync?: boolean | undefined;
  readonly region: string;
  /** Buckets created at startup. */
  readonly buckets: readonly string[];
  /** Custom domain names (CNAMEs), each mapped to its bucket. */
  readonly cnames?: ReadonlyMap<string, string>;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Temporary access keys with a security token, as STS issues them. */
  readonly temporaryKeys?: readonly AccessKey[];
  /** The faults active from the start; defaults to none. */
  readonly faults?: FaultPlan;
  /** The event rules active from the start; defaults to none. */
  readonly eventRules?: readonly EventRule[];
  /** Factor applied to the wait before an event is sent and before each retry; defaults to 1, the timing of OSS. */
  readonly eventWaitScale?: number;
  /** How long restoring an archived object takes; defaults to one second. */
  readonly restoreMs?: number | undefined;
  readonly logger: Logger;
  /** Time limit for one attempt to deliver a callback or an event; defaults to that of OSS, 5 s. */
  readonly callbackTimeoutMs?: number;
}

/** A running emulator. */
export interface Emulator {
  /** Its public URL, without a trailing slash. */
  readonly url: string;
  /**
   * Stops listening and aborts connections and callbacks. Once it resolves, nothing accesses the data folder any
   * more.
   */
  close(): Promise<void>;
}

/** Starts an emulator of OSS; resolves once it is listening. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const buckets = await Buckets.open(options.dataDir, options.fsync);
  await convertOldFolder(options.dataDir, buckets);
  for (const name of options.buckets) await buckets.create(name);
  const callbackKey = await loadCallbackKey(options.dataDir);
  const signingKeys = await loadSigningKeys(options.dataDir);
  const server = createServer(serverOptions);
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const publicUrl = new URL(options.publicUrl ?? `http://localhost:${port}`);
  const closing = new AbortController();
  const images = new ImageProcess();
  const { region, logger, callbackTimeoutMs = 5_000 } = options;
  const faults = new Faults(options.faults ?? noFaults);
  const events = new Events({
    buckets,
    rules: options.eventRules ?? [],
    keys: signingKeys,
    faults,
    region,
    publicUrl,
    timeoutMs: callbackTimeoutMs,
    waitScale: options.eventWaitScale ?? 1,
    logger,
    closing: closing.signal,
  });
  const state: EmulatorState = {
    buckets,
    images,
    callbackKey,
    journal: new CallbackJournal(),
    events,
    faults,
    overtaking: new Overtaking(),
    region,
    restoreMs: options.restoreMs ?? 1_000,
    publicUrl,
    cnames: options.cnames ?? new Map(),
    keys: new AccessKeys([
      { accessKeyId: options.accessKeyId, accessKeySecret: options.accessKeySecret },
      ...(options.temporaryKeys ?? []),
    ]),
    logger,
    callbackTimeoutMs,
    closing: closing.signal,
  };
  const answers = serveRequests(server, state);
  return {
    url: publicUrl.href.replace(/\/$/, ''),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      closing.abort();
      await closed;
      await images.close();
      // Requests still in progress may be storing an object.
      await Promise.all(answers);
      await events.close();
      await buckets.close();
    },
  };
}
