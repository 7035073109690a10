import { hashProgram } from './program-files.js';
import { WatchingCompiler } from './watch-compiler.js';

/** An app that can be started anew. */
export interface WatchedApp {
  readonly name: string;
  readonly modulePath: string;
  /** Rejects when it does not get ready. */
  readonly restart: () => Promise<void>;
}

/**
 * Builds what changes in the sources, and starts those apps again whose built files are others than before. A build with
 * errors changes nothing that runs; an app that does not come up waits for the next build.
 * @returns what ends the watching
 */
export async function restartChanged(
  apps: readonly WatchedApp[],
  { root, env, tell }: { root: string; env: NodeJS.ProcessEnv; tell: (line: string) => void },
): Promise<() => Promise<void>> {
  const running = new Map<WatchedApp, string>();
  for (const app of apps) running.set(app, await hashProgram(root, app.modulePath));
  const restart = async (app: WatchedApp) => {
    const hash = await hashProgram(root, app.modulePath);
    if (running.get(app) === hash) return;
    running.set(app, hash);
    tell(`${app.name} has changed and restarts`);
    try {
      await app.restart();
      tell(`${app.name} is ready again`);
    } catch (error) {
      tell(`${app.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const compiler = new WatchingCompiler({
    root,
    env,
    tell,
    onBuilt: async () => void (await Promise.all(apps.map(restart))),
  });
  return () => compiler.stop();
}
