import { existsSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { builtProgram } from '../parts/base.js';

const migrateTimeoutMs = 120_000;

/** A build of Landfall: this one, or one of another release. */
export interface Release {
  readonly name: 'this' | 'other';
  readonly api: string;
  readonly worker: string;
  readonly landfall: string;
}

export const thisRelease: Release = {
  name: 'this',
  api: builtProgram('api'),
  worker: builtProgram('worker'),
  landfall: builtProgram('landfall'),
};

/**
 * Finds the release built in a folder. Before programs were bundled, they were the compiler's output.
 * @throws Error if the folder contains none
 */
export function findRelease(folder: string): Release {
  const found = (places: readonly string[]) => {
    const place = places.map((each) => resolve(folder, each)).find(existsSync);
    if (!place) throw new Error(`${folder} holds no built Landfall: ${places.join(' or ')} is missing`);
    return place;
  };
  const programOf = (name: string, app: string) =>
    found([join('dist/programs', `${name}.js`), join('dist/apps', app, 'src/main.js')]);
  return {
    name: 'other',
    api: programOf('api', 'api'),
    worker: programOf('worker', 'worker'),
    landfall: programOf('landfall', 'cli'),
  };
}

/**
 * Runs `landfall migrate` of a release.
 * @throws Error with its output if it fails
 */
export async function migrate({ landfall }: Release, env: Readonly<Record<string, string>>): Promise<void> {
  await promisify(execFile)(process.execPath, [landfall, 'migrate'], { env, timeout: migrateTimeoutMs });
}
