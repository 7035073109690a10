import { join, relative } from 'node:path';
import { build } from 'rolldown';
import { root } from './root.mjs';

const programs = join(root, 'dist/programs');
const compiled = (app, file = 'main') => join(root, `dist/apps/${app}/src/${file}.js`);

// Puts each of our programs, as it was compiled, into a few files: to find and load two thousand takes Node longer than all
// else that a program does until it is ready (docs/decisions/0044-programs-in-few-files.md). Nothing is shortened or renamed,
// so that a stack can be read.
await build({
  input: {
    landfall: compiled('cli'),
    api: compiled('api'),
    worker: compiled('worker'),
    emulator: compiled('oss-emulator'),
    'oss-emulator': compiled('oss-emulator', 'command'),
  },
  cwd: root,
  platform: 'node',
  external: [
    // Native, or so large that it is better loaded by the one command that needs it.
    /^(sharp|lmdb|ali-oss)($|\/)/,
    // What Nest would use if it were installed.
    /^(class-transformer|class-validator|@fastify\/(multipart|view)|@nestjs\/(microservices|platform-express|websockets))($|\/)/,
  ],
  plugins: [
    {
      // Threads, child processes and folders are where the compiler put them, seen from the file that names them.
      name: 'compiled-places',
      transform: {
        filter: { id: /\/dist\/(apps|libs)\//, code: 'import.meta.url' },
        handler: (code, id) =>
          code.replaceAll(
            'import.meta.url',
            `new URL(${JSON.stringify(relative(programs, id))}, import.meta.url).href`,
          ),
      },
    },
  ],
  output: { dir: programs, cleanDir: true, keepNames: true },
});
