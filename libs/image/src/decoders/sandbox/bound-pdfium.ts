import { boundWasm } from './bound-wasm.ts';

export interface BoundPdfium {
  instantiateWasm(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance) => void,
  ): WebAssembly.Exports;
  /** Whether PDFium requested more memory than allowed; it silently omits what it cannot allocate. */
  ranOut(): boolean;
}

/** Prepares PDFium to run with at most `maxBytes` of memory. */
export async function boundPdfium(maxBytes: number): Promise<BoundPdfium> {
  const module = await WebAssembly.compile(await boundWasm('@hyzyla/pdfium/pdfium.wasm', maxBytes));
  let ranOut = false;
  return {
    instantiateWasm: (imports, done) => {
      const instance = new WebAssembly.Instance(
        module,
        watchGrowth(imports, () => (ranOut = true)),
      );
      done(instance);
      return instance.exports;
    },
    ranOut: () => ranOut,
  };
}

/** Wraps PDFium's imports to record refused memory requests. */
function watchGrowth(imports: WebAssembly.Imports, refused: () => void): WebAssembly.Imports {
  const grow = imports['env']?.['emscripten_resize_heap'];
  if (typeof grow !== 'function') throw new Error('this PDFium requests memory in an unknown way');
  const watched = (sizeBytes: number): unknown => {
    const grown: unknown = grow(sizeBytes);
    if (!grown) refused();
    return grown;
  };
  return { ...imports, env: { ...imports['env'], emscripten_resize_heap: watched } };
}
