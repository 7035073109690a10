import { ensureChromium, ensureFfmpeg, ensureRedis } from '#local';

/**
 * Finds or installs the programs that the tests need besides Node. Resolves with exit code 1 if one has to be
 * installed manually.
 */
export async function setUpTools(): Promise<number> {
  const tell = (command: string) => console.error(`Installing: ${command} …`);
  // Sequential, because a package manager allows one installation at a time.
  const tools = { 'ffmpeg and ffprobe': await ensureFfmpeg(tell), Redis: await ensureRedis(tell) };
  let exitCode = 0;
  for (const [name, tool] of Object.entries(tools)) {
    if (!tool.missing) continue;
    console.error(`${name} is missing, and setup cannot install it here. Run:\n\n  ${tool.command}\n`);
    exitCode = 1;
  }
  const chromium = await ensureChromium(tell);
  if (chromium.missing)
    console.error(
      `Chromium is missing: the tests that play streams are skipped. Run:\n\n  ${chromium.command}\n`,
    );
  return exitCode;
}
