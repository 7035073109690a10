import { hashProgram } from './program-files.js';
import { WatchingCompiler } from './watch-compiler.js';

/** An app that can be restarted. */
export interface WatchedApp {
  readonly name: string;
  readonly modulePath: string;
  /** Rejects if it does not become ready. */
  readonly restart: () => Promise<void>;
}

/**
 * Rebuilds changed sources and restarts the apps whose built files have changed. A build with errors leaves
 * everything running; an app that fails to start is retried after the next build.
 * @returns a function that stops watching
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
    tell(`${app.name} has changed; restarting`);
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
