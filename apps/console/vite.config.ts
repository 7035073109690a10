import { brotliCompressSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** Puts what a browser is sent beside each file, so that nobody compresses it again. */
const compressed: Plugin = {
  name: 'compressed',
  // After Vite itself, which writes into what it has bundled until the end.
  enforce: 'post',
  generateBundle: {
    order: 'post',
    handler(_options, bundle) {
      for (const file of Object.values(bundle)) {
        const source = file.type === 'chunk' ? file.code : file.source;
        this.emitFile({ type: 'asset', fileName: `${file.fileName}.br`, source: brotliCompressSync(source) });
      }
    },
  },
};

/** Built into dist/console, which the api serves at /console. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  plugins: [compressed],
  // `npx vite apps/console`, beside `npm start`, shows each change at once.
  server: { proxy: { '/v1': 'http://localhost:3000' } },
  // The client is compiled from its sources with everything else.
  resolve: { conditions: ['source', 'module', 'browser'] },
  build: {
    outDir: '../../dist/console',
    emptyOutDir: true,
    target: 'es2022',
    // A policy without `data:` for scripts and fonts would refuse what is put into others.
    assetsInlineLimit: 0,
    // The player, which is loaded when somebody plays a stream.
    chunkSizeWarningLimit: 800,
    // The polyfill is a script within the page, which the policy refuses; every browser of this target preloads by itself.
    modulePreload: { polyfill: false },
  },
});
