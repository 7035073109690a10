import type { MainModule } from 'libheif-js/libheif-wasm/libheif.js';

/** The code for unspecified primaries or transfer curve (ITU-T H.273). */
const unspecified = 2;

/** Passes values to and from libheif's memory in C layout. Nothing is freed, because the memory ends with the thread. */
export class HeifMemory {
  readonly #heif: MainModule;

  constructor(heif: MainModule) {
    this.#heif = heif;
  }

  /** Allocates memory; throws a RangeError if there is none left. */
  allocate(sizeBytes: number): number {
    const at = this.#heif._malloc(sizeBytes);
    if (at === 0) throw new RangeError('no memory left');
    return at;
  }

  store(bytes: Uint8Array): number {
    const at = this.allocate(bytes.length);
    this.#bytes.set(bytes, at);
    return at;
  }

  /** Valid until libheif allocates again. */
  view(at: number, sizeBytes: number): Uint8Array {
    return this.#bytes.subarray(at, at + sizeBytes);
  }

  /** The number that `call` writes to the given address. */
  pointerFrom(call: (at: number) => void): number {
    const at = this.allocate(4);
    call(at);
    return this.#numberAt(at);
  }

  /** The heif_error that `call` returns: structs are returned at an address passed as the first argument. */
  errorOf(call: (at: number) => void): { code: number; subcode: number } {
    const at = this.allocate(12);
    call(at);
    return { code: this.#numberAt(at), subcode: this.#numberAt(at + 4) };
  }

  /** The ICC profile of an image. */
  readProfile(handle: number): Uint8Array | undefined {
    const size = this.#heif._heif_image_handle_get_raw_color_profile_size(handle);
    if (size === 0) return undefined;
    const at = this.allocate(size);
    const { code } = this.errorOf((error) =>
      this.#heif._heif_image_handle_get_raw_color_profile(error, handle, at),
    );
    return code === 0 ? this.view(at, size).slice() : undefined;
  }

  /**
   * Codes of primaries and transfer curve (ITU-T H.273): those of the file's `colr` box, else those of the bitstream,
   * which are known only after decoding.
   */
  readCicp(handle: number, image: number): [primaries: number, transfer: number] | undefined {
    return (
      this.#readNclx((error, at) =>
        this.#heif._heif_image_handle_get_nclx_color_profile(error, handle, at),
      ) ?? this.#readNclx((error, at) => this.#heif._heif_image_get_nclx_color_profile(error, image, at))
    );
  }

  /** A profile starts with its version; the codes follow as four-byte words (heif_color.h). */
  #readNclx(call: (error: number, at: number) => void): [number, number] | undefined {
    let code = 0;
    const profile = this.pointerFrom((at) => {
      code = this.errorOf((error) => call(error, at)).code;
    });
    if (code !== 0 || profile === 0) return undefined;
    const words = Buffer.from(this.view(profile, 12));
    const codes: [number, number] = [words.readUInt8(4), words.readUInt8(8)];
    return codes.includes(unspecified) ? undefined : codes;
  }

  /** The EXIF block of an image, starting at its TIFF header (ISO/IEC 23008-12, A.2.1: its offset precedes it). */
  readExif(handle: number): Uint8Array | undefined {
    const block = this.#readMetadata(handle, 'Exif');
    return block && block.length > 4 ? block.subarray(4 + block.readUInt32BE(0)) : undefined;
  }

  /** The XMP packet of an image. */
  readXmp(handle: number): Uint8Array | undefined {
    const packet = this.#readMetadata(handle, 'mime');
    return packet?.includes('<x:xmpmeta') ? packet : undefined;
  }

  /** The first metadata block of a type. */
  #readMetadata(handle: number, type: string): Buffer | undefined {
    const filter = this.store(Buffer.from(`${type}\0`));
    const ids = this.allocate(4);
    const count = this.#heif._heif_image_handle_get_list_of_metadata_block_IDs(handle, filter, ids, 1);
    if (count < 1) return undefined;
    const id = this.#numberAt(ids);
    const size = this.#heif._heif_image_handle_get_metadata_size(handle, id);
    if (size === 0) return undefined;
    const at = this.allocate(size);
    const { code } = this.errorOf((error) =>
      this.#heif._heif_image_handle_get_metadata(error, handle, id, at),
    );
    return code === 0 ? Buffer.from(this.view(at, size)) : undefined;
  }

  /** A new view each time, because growing the memory replaces its buffer. */
  get #bytes(): Uint8Array {
    return this.#heif.HEAPU8 as Uint8Array;
  }

  #numberAt(at: number): number {
    return Buffer.from(this.view(at, 4)).readUInt32LE(0);
  }
}
