import { generateKeyPairSync } from 'node:crypto';
import type { Client } from 'pg';
import type { Contestant, Surroundings } from './contestants.js';
import type { Drive, DriveResult } from './drive-connections.js';
import type { LoadOrder } from './load.js';
import { readCpuMs } from '../harness/machine.js';
import { type Program, startProgram } from '../harness/program.js';
import { connectTo, openPostgres, openRedis, serveKey } from '../harness/services.js';

export const connections = 64;
const warmUpSeconds = 3;

export interface Measurement extends DriveResult {
  readonly requestsPerSecond: number;
  /** Processor time of the server process per request; 0 if it cannot be read. */
  readonly cpuPerRequestUs: number;
}

/**
 * The test bed for callback receivers: Postgres, Redis, the key server, and a load generator with signed callbacks.
 */
export interface CallbackRange {
  readonly surroundings: Surroundings;
  /** A connection to a separate database on the same Postgres. */
  readonly admin: Client;
  /** Sends callbacks over 64 connections until the server is warm. */
  warmUp(contestant: Contestant): Promise<void>;
  /**
   * Clears the recorded data, then drives the server.
   * @throws Error if a response is not 200 with an id, or if the number of responses and recorded uploads differ
   */
  measure(
    contestant: Contestant,
    drive: Pick<Drive, 'seconds' | 'ratePerSecond' | 'from'>,
  ): Promise<Measurement>;
}

/** @param count callbacks to render and sign before any measurement starts */
export async function openCallbackRange(
  stack: AsyncDisposableStack,
  count: number,
  say: (line: string) => void,
): Promise<CallbackRange> {
  const key = generateKeyPairSync('rsa', {
    modulusLength: 512,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const postgres = stack.use(await openPostgres());
  const redis = stack.use(await openRedis());
  const keyServer = stack.use(await serveKey(key.publicKey));
  const admin = stack.use(await connectTo(await postgres.createDatabase('admin'))).client;
  const load = stack.use(await startProgram('load', 'bench/callbacks/load.js'));
  say(`signing ${count} callbacks …`);
  await order(load, { render: { count, privateKeyPem: key.privateKey, keyUrl: keyServer.url } });
  return {
    surroundings: { postgres, redisUrl: redis.url, keyUrl: keyServer.url },
    admin,
    async warmUp(contestant) {
      await drive(load, contestant, { seconds: warmUpSeconds });
      await contestant.clear();
    },
    async measure(contestant, settings) {
      await contestant.clear();
      await admin.query('CHECKPOINT');
      return drive(load, contestant, settings);
    },
  };
}

function order<Answer>(load: Program, message: LoadOrder): Promise<Answer> {
  return load.ask<Answer>(message, 600_000);
}

async function drive(
  load: Program,
  contestant: Contestant,
  settings: Pick<Drive, 'seconds' | 'ratePerSecond' | 'from'>,
): Promise<Measurement> {
  const { name, url, pid } = contestant.program;
  const cpuBeforeMs = await readCpuMs(pid);
  const result = await order<DriveResult>(load, {
    drive: { port: Number(new URL(url).port), connections, ...settings },
  });
  const cpuAfterMs = await readCpuMs(pid);
  const { answered, refused, firstRefusal, elapsedMs } = result;
  if (refused > 0) throw new Error(`${name} refused ${refused} callbacks, the first with:\n${firstRefusal}`);
  const recorded = await contestant.count();
  if (recorded && (recorded.uploads !== answered || recorded.jobs !== answered))
    throw new Error(
      `${name} answered ${answered} callbacks, but ${recorded.uploads} uploads and ${recorded.jobs} jobs are recorded`,
    );
  return {
    ...result,
    requestsPerSecond: (answered / elapsedMs) * 1_000,
    cpuPerRequestUs:
      cpuBeforeMs === null || cpuAfterMs === null ? 0 : ((cpuAfterMs - cpuBeforeMs) * 1_000) / answered,
  };
}
