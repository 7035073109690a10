import { spawn } from 'node:child_process';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Engine, runEngine } from './engine.fixture.js';

/** Runs a script of Node in an image, without its program; what it prints. */
export function runScript(engine: Engine, image: string, script: string): Promise<string> {
  return runEngine(
    engine,
    'run',
    '--rm',
    '--network',
    'none',
    '--entrypoint',
    'node',
    image,
    '--eval',
    script,
  );
}

/** What a registry would have to transfer for an image, nearly: all its layers, by gzip as it is preset. */
export async function compressedBytes(engine: Engine, image: string): Promise<number> {
  const saving = spawn(engine.program, ['save', image], { stdio: ['ignore', 'pipe', 'inherit'] });
  let bytes = 0;
  const counter = new Writable({
    write(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done();
    },
  });
  const ended = new Promise<number | null>((resolve) => saving.once('close', resolve));
  await pipeline(saving.stdout, createGzip(), counter);
  const status = await ended;
  if (status !== 0) throw new Error(`${engine.program} save ${image} ended with ${status}`);
  return bytes;
}
