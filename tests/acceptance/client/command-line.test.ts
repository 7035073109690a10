import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { eventually, startStack, type Stack } from '#testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { landfallProgram, runCommand, startCommand } from '../fixtures/command.fixture.js';
import { png } from '../fixtures/files.fixture.js';
import { putObject } from '../fixtures/uploads.fixture.js';

const run = promisify(execFile);
describe('commands that ask an api', () => {
  let stack: Stack;
  let env: Record<string, string>;
  let ready: string;
  let failed: string;
  beforeAll(async () => {
    stack = await startStack('postgres');
    env = { LANDFALL_API_URL: stack.api.url, LANDFALL_API_KEY: stack.env['API_KEYS'] ?? '' };
    ready = await putObject(stack, 'photos/ready.png', await png(64, 48));
    failed = await putObject(stack, 'photos/failed.png', (await png(64, 48)).subarray(0, 40));
    await stack.waitFor(ready, 'ready');
    await stack.waitFor(failed, 'failed');
    return () => stack[Symbol.asyncDispose]();
  });

  test('uploads list shows a table, or a line of JSON for each', async () => {
    const table = await runCommand(['uploads', 'list', '--status', 'ready', 'failed'], env);
    expect(table).toMatchObject({ code: 0, complaints: '' });
    expect(table.output).toMatch(/^ID +STATUS +KIND +SIZE +CREATED +KEY\n/);
    expect(table.output).toMatch(new RegExp(`^${ready}  ready .* photos/ready\\.png$`, 'm'));
    const { output } = await runCommand(['uploads', 'list', '--status', 'ready', '--json'], env);
    expect(JSON.parse(output)).toMatchObject({ id: ready, status: 'ready' });
    expect(
      (await runCommand(['uploads', 'list', '--limit', '1', '--json'], env)).output.trim().split('\n'),
    ).toHaveLength(1);
    expect((await runCommand(['uploads', 'list', '--var', 'a=b', '--json'], env)).output).toBe('');
  });

  test('uploads get shows an upload with its renditions', async () => {
    const { output, code } = await runCommand(['uploads', 'get', ready], env);
    expect(code).toBe(0);
    expect(output).toMatch(/^status +ready$/m);
    expect(output).toMatch(/^thumb-320 +image +ready +.* +http/m);
    const bad = await runCommand(['uploads', 'get', failed], env);
    expect(bad.output).toMatch(/^error +.*\(media\./m);
  });

  test('uploads watch ends with 0 when it is ready, with 1 when it will not be', async () => {
    expect(await runCommand(['uploads', 'watch', ready], env)).toMatchObject({ code: 0, complaints: '' });
    expect(await runCommand(['uploads', 'watch', failed, '--json'], env)).toMatchObject({ code: 1 });
  });

  test('events tail shows what happens, and ends in order by Ctrl-C', async () => {
    const tail = startCommand(['events', 'tail', '--after', 'beginning', '--upload', ready, '--json'], env);
    await eventually(() => tail.seen().includes('upload.ready') || undefined);
    tail.child.kill('SIGINT');
    const { code, output, complaints } = await tail.end();
    expect({ code, complaints }).toEqual({ code: 0, complaints: '' });
    const events = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; uploadId: string });
    expect(events[0]).toMatchObject({ type: 'upload.stored', uploadId: ready });
    expect(new Set(events.map(({ uploadId }) => uploadId))).toEqual(new Set([ready]));
  });

  test('a reader who has seen enough ends it with the next event, without a complaint', async () => {
    const script = `"$NODE" "$MAIN" events tail --after beginning | head -1`;
    const tail = run('sh', ['-c', script], {
      env: { PATH: process.env['PATH'], NODE: process.execPath, MAIN: landfallProgram, ...env },
      timeout: 60_000,
    });
    // A pipe says only to who writes that nobody reads it any more: so something has to happen.
    const ended = new AbortController();
    const more = (async () => {
      for (let count = 0; !ended.signal.aborted; count += 1)
        await putObject(stack, `more/${count}.txt`, Buffer.from('x'));
    })();
    const { stdout, stderr } = await tail.finally(() => ended.abort());
    await more;
    expect(stdout).toMatch(/upload\.stored +\S+ +photos\//);
    expect(stderr).toBe('');
  });

  test('queues shows how much work there is, as a table or as JSON', async () => {
    const table = await runCommand(['queues'], env);
    expect(table).toMatchObject({ code: 0, complaints: '' });
    expect(table.output).toMatch(/^QUEUE +WAITING +ACTIVE +DELAYED +FAILED +OLDEST +PER MINUTE +WORKERS\n/);
    expect(table.output).toMatch(/^thumbnail( +\d+){4} .*\d$/m);
    expect(table.output).toMatch(/^queue reachable +(yes|unknown)/m);
    const { output } = await runCommand(['queues', '--json'], env);
    expect(JSON.parse(output)).toMatchObject({ queues: { delivery: { failed: 0, jobs: {} } } });
  });

  test('tickets issue prints a curl that uploads', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'landfall-curl-'));
    const file = join(folder, 'a file.png');
    await writeFile(file, await png(20, 20));
    const words = ['tickets', 'issue', '--key', "it's $HOME {id}.png", '--var', 'user_id=4 2'];
    const { output, code } = await runCommand([...words, '--content-type', 'image/png'], env);
    expect(code).toBe(0);
    const curl = (/^ {2}(curl .*)$/m.exec(output)?.[1] ?? '').replace('@FILE', `'@"${file}"'`);
    const { stdout } = await run('sh', ['-c', `${curl} --silent --fail-with-body`]);
    await rm(folder, { recursive: true });
    const upload = await stack.waitFor((JSON.parse(stdout) as { id: string }).id, 'ready');
    expect(upload.vars).toEqual({ user_id: '4 2' });
    expect(upload.objectKey).toMatch(/^it's \$HOME /);
  });

  test('a key of strangers cannot control the terminal', async () => {
    const id = await putObject(stack, '\u001b[2J\u009b31m\u202e.txt', Buffer.from('x'));
    const seen = [
      await runCommand(['uploads', 'get', id], env),
      await runCommand(['uploads', 'list', '--json'], env),
      await runCommand(['uploads', 'list'], env),
    ];
    for (const { output } of seen) expect(output).not.toMatch(/[^\P{C}\n]/u);
    expect(seen[0]?.output).toContain('\\u{1b}[2J');
  });

  test.each<[string, string[], Record<string, string>, number, RegExp]>([
    ['a wrong key', ['uploads', 'list'], { LANDFALL_API_KEY: 'wrong' }, 1, /auth\.key_invalid/],
    [
      'no such upload',
      ['uploads', 'get', '019bbd8e-7b00-7000-8000-000000000001'],
      {},
      1,
      /upload\.not_found/,
    ],
    ['an id that is none', ['uploads', 'get', 'x'], {}, 1, /request\.invalid/],
    ['a time that is none', ['uploads', 'list', '--created-after', 'soon'], {}, 1, /createdAfter/],
    ['a status that is none', ['uploads', 'list', '--status', 'done'], {}, 2, /Allowed choices are stored/],
    ['a count that is none', ['uploads', 'list', '--limit', '-5'], {}, 2, /whole number/],
    ['a var without a value', ['uploads', 'list', '--var', 'a'], {}, 2, /--var a: must be <name>=<value>/],
    ['a var given twice', ['tickets', 'issue', '--var', 'a=1', '--var', 'a=2'], {}, 2, /given twice/],
    ['a URL that is none', ['uploads', 'list', '--api-url', 'localhost:1'], {}, 2, /--api-url localhost:1/],
    ['a URL without a key', ['uploads', 'list'], { LANDFALL_API_KEY: '' }, 2, /LANDFALL_API_KEY/],
    ['an unknown type', ['events', 'tail', '--type', 'upload.gone'], {}, 1, /request\.invalid/],
    [
      'a place that there is not',
      ['events', 'tail', '--after', '01ffffff-7b00-7000-8000-000000000001'],
      {},
      1,
      /event\.cursor_unknown/,
    ],
  ])('%s is one line on standard error', async (...[, words, more, code, problem]) => {
    const result = await runCommand(words, { ...env, ...more });
    expect(result).toMatchObject({ code, output: '' });
    expect(result.complaints).toMatch(problem);
    expect(result.complaints).not.toMatch(/^ +at /m);
  });

  test('without an api anywhere, says how to name one', async () => {
    const nowhere = { LOCAL_DATA_DIR: join(tmpdir(), 'landfall-nowhere') };
    const { code, complaints } = await runCommand(['uploads', 'list'], nowhere);
    expect(code).toBe(1);
    expect(complaints).toMatch(/LANDFALL_API_URL[^]*npm start/);
  });

  test('an api that does not answer is told of after some tries', async () => {
    const { code, complaints } = await runCommand(['uploads', 'list'], {
      ...env,
      LANDFALL_API_URL: 'http://127.0.0.1:1',
    });
    expect(code).toBe(1);
    expect(complaints).toMatch(/^landfall: no response from http:\/\/127\.0\.0\.1:1/);
  });
});

const installed = (shell: string) =>
  run(shell, ['-c', 'true']).then(
    () => true,
    () => false,
  );
const hasFish = await installed('fish');
const hasZsh = await installed('zsh');

describe('completion in real shells', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'landfall-completion-'));
    await writeFile(
      join(folder, 'landfall'),
      `#!/bin/sh\nexec "${process.execPath}" "${landfallProgram}" "$@"\n`,
    );
    await chmod(join(folder, 'landfall'), 0o755);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const complete = async (shell: string, script: string) => {
    const env = { PATH: `${folder}${delimiter}${process.env['PATH']}`, HOME: folder, TERM: 'dumb' };
    return (await run(shell, ['-c', script], { env, timeout: 60_000 })).stdout;
  };

  test('bash', async () => {
    const script = `eval "$(landfall completion bash)"
      COMP_WORDS=(landfall uploads list --st); COMP_CWORD=3; _landfall; printf '%s\\n' "\${COMPREPLY[@]}"
      COMP_WORDS=(landfall uploads list --status ''); COMP_CWORD=4; _landfall; printf '%s\\n' "\${COMPREPLY[@]}"`;
    expect(await complete('bash', script)).toBe(
      '--status\nstored\nprocessing\nready\nfailed\nignored\ndeleted\n',
    );
  });

  test.skipIf(!hasFish)(`fish${hasFish ? '' : ' (skipped: it is not installed)'}`, async () => {
    const script = `landfall completion fish | source; complete -C 'landfall uploads wa'`;
    expect(await complete('fish', script)).toBe(
      'watch\tshow the events of an upload until it is ready or has failed\n',
    );
  });

  test.skipIf(!hasZsh)(`zsh${hasZsh ? '' : ' (skipped: it is not installed)'}`, async () => {
    const script = `zmodload zsh/zpty
      zpty shell zsh -f -i
      zpty -w shell 'PS1=; autoload -U compinit; compinit -u -d ${folder}/dump; eval "$(landfall completion zsh)"; print READ""Y'
      zpty -r shell seen '*READY*'
      zpty -w -n shell $'landfall reconcile --remove-o\\t'
      zpty -r shell seen '*--remove-orphans*' && print found
      zpty -d shell`;
    expect(await complete('zsh', script)).toBe('found\n');
  });
});
