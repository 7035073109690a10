import type { MainModule } from 'libheif-js/libheif-wasm/libheif.js';

/** Of a primary or curve (ITU-T H.273). */
const unspecified = 2;

/** libheif's memory: what goes in and out of it as C has it. Nothing is freed: it goes with the thread. */
export class HeifMemory {
  readonly #heif: MainModule;

  constructor(heif: MainModule) {
    this.#heif = heif;
  }

  /** Room of that many bytes; a RangeError when there is none. */
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

  /** What `call` writes to the place it is given. */
  pointerFrom(call: (at: number) => void): number {
    const at = this.allocate(4);
    call(at);
    return this.#numberAt(at);
  }

  /** The heif_error that `call` returns: C hands it back at a place that is given first. */
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
   * The codes of primaries and curve (ITU-T H.273): those of the file's `colr` box, or else of the coded picture itself, which are
   * known once it is decoded.
   */
  readCicp(handle: number, image: number): [primaries: number, transfer: number] | undefined {
    return (
      this.#readNclx((error, at) =>
        this.#heif._heif_image_handle_get_nclx_color_profile(error, handle, at),
      ) ?? this.#readNclx((error, at) => this.#heif._heif_image_get_nclx_color_profile(error, image, at))
    );
  }

  /** A profile begins with its version; the codes follow as words of four bytes (heif_color.h). */
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

  /** The EXIF block of an image from its TIFF header on (ISO/IEC 23008-12, annex A.2.1: its offset comes first). */
  readExif(handle: number): Uint8Array | undefined {
    const block = this.#readMetadata(handle, 'Exif');
    return block && block.length > 4 ? block.subarray(4 + block.readUInt32BE(0)) : undefined;
  }

  /** The XMP packet of an image. */
  readXmp(handle: number): Uint8Array | undefined {
    const packet = this.#readMetadata(handle, 'mime');
    return packet?.includes('<x:xmpmeta') ? packet : undefined;
  }

  /** The first metadata of a kind. */
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

  /** Memory that has grown is another buffer, so it is asked for each time. */
  get #bytes(): Uint8Array {
    return this.#heif.HEAPU8 as Uint8Array;
  }

  #numberAt(at: number): number {
    return Buffer.from(this.view(at, 4)).readUInt32LE(0);
  }
}
