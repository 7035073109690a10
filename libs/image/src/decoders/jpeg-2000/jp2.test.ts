import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { distance, limits, makeFolder } from '../../fixtures/image.fixture.js';
import { codeOf, fourQuarters, openBytes } from '../decoders.fixture.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

/** Red, green, blue and yellow quarters of 60 × 40 pixels, written by OpenJPEG and by ffmpeg's own encoder. */
const files = {
  rgb: 'AAAADGpQICANCocKAAAAFGZ0eXBqcDIgAAAAAGpwMiAAAAAtanAyaAAAABZpaGRyAAAAKAAAADwAAwcHAAAAAAAPY29scgEAAAAAABAAAAMAanAyY/9P/1EALwAAAAAAPAAAACgAAAAAAAAAAAAAADwAAAAoAAAAAAAAAAAAAwcBAQcBAQcBAf9SAAwAAAABAAUEBAAB/1wAE0BASEhQSEhQSEhQSEhQSEhQ/2QAJQABQ3JlYXRlZCBieSBPcGVuSlBFRyB2ZXJzaW9uIDIuNS4w/5AACgAAAAACeQAB/5P/GDgExP7tnBR/34AwCQidwJjv34AwCbDi9rx/z8AafgCR+AGAAOK6KJGxA4b4fwQ4E8/AGg+cFAfICAeGwYLgvwtLBjnH2gs/ADg+oDALfC8lYQbylwVhf8/AIn4BUfgDAA8xfV/S7p/kDAwfBbeaDlOOkBCPkKLHf8/AHg+cLAfIEBATeCJvetMUkvDCsQ/NuD/PwBp+ARD7QQATakuJzLULLDhe3NJwhw/aOYfPwD4+0Wh9oQAiDxbWNFGvURAPmkDiU58HFmZv78boQmfWlyxA1+F4JKe5aCChIvabTE6IlF/PwDYHyCIB8IohXYEW8njSdUO8rHNHKAK3m7NIG38jnO56n8faFx9ofB9QOCQbq0/AcjUK/xP3CcaSxaovExqrcwGhorjbI6KhhIFfP8/AYn4DkPtCAIGtKtW48zc0NAby2M5AFB+y161XwjsJP1/vPDa808fCYWL5KTB2GAp5xBnekIshdprSgSeBtWT2yHtgm8faIQfOLgPkCjaeK4jMwdDSlYz/OrJF+8uC712lEs19qIRaX4Hg7/W7x9ohPwGYPqBwghY7T0gGoPqYf96P5/xFf19DN2FaBsZVUAHqFOYV5bA9VDS7bP8Q3g+B4HimkNnXz8BSfgMw+0FAWoWUr+L6dpFHjZUUQqvspInWaC+p8IRSm8sO3HhBSzunxGCQvFElAkDalgSPuNyrkb/PwEoPnGQHyBC4sYq0V0eoqZailOeJC5pt3iK56ATC7hnjBtBVgX+4sePfx9obPwE4PqBAuZ4HqkyqfCwXlpffv7ixaC9rD+y0cdabA8dgrIghAYO4sa03/9k=',
  /** The right half is transparent by half. */
  rgba: 'AAAADGpQICANCocKAAAAFGZ0eXBqcDIgAAAAAGpwMiAAAAAtanAyaAAAABZpaGRyAAAAKAAAADwABAcHAAAAAAAPY29scgEAAAAAABAAAANManAyY/9P/1EAMgAAAAAAPAAAACgAAAAAAAAAAAAAADwAAAAoAAAAAAAAAAAABAcBAQcBAQcBAQcBAf9SAAwAAAABAAUEBAAB/1wAE0BASEhQSEhQSEhQSEhQSEhQ/2QAJQABQ3JlYXRlZCBieSBPcGVuSlBFRyB2ZXJzaW9uIDIuNS4w/5AACgAAAAACwgAB/5P/GDgExP7tnBR/34AwCQidwJjv34AwCbDi9rx/34AoAot/6z/PwBp+AJH4AYAA4rookbEDhvh/BDgTz8AaD5wUB8gIB4bBguC/C0sGOcfaCz8AOD6gMAt8LyVhBvKXBWF/x9oKAAKIhOCfz8AifgFR+AMADzF9X9Lun+QMDB8Ft5oOU46QEI+Qosd/z8AeD5wsB8gQEBN4Im960xSS8MKxD824P8/AGn4BEPtBABNqS4nMtQssOF7c0nCHD9o5h8faDAAPL1Ohuj/PwD4+0Wh9oQAiDxbWNFGvURAPmkDiU58HFmZv78boQmfWlyxA1+F4JKe5aCChIvabTE6IlF/PwDYHyCIB8IohXYEW8njSdUO8rHNHKAK3m7NIG38jnO56n8faFx9ofB9QOCQbq0/AcjUK/xP3CcaSxaovExqrcwGhorjbI6KhhIFfP8faFgAiGULdmvO+nZ4ZH8/AYn4DkPtCAIGtKtW48zc0NAby2M5AFB+y161XwjsJP1/vPDa808fCYWL5KTB2GAp5xBnekIshdprSgSeBtWT2yHtgm8faIQfOLgPkCjaeK4jMwdDSlYz/OrJF+8uC712lEs19qIRaX4Hg7/W7x9ohPwGYPqBwghY7T0gGoPqYf96P5/xFf19DN2FaBsZVUAHqFOYV5bA9VDS7bP8Q3g+B4HimkNnXw+oRADXyKYjNd6TFgBSecf62mZ7Xz8BSfgMw+0FAWoWUr+L6dpFHjZUUQqvspInWaC+p8IRSm8sO3HhBSzunxGCQvFElAkDalgSPuNyrkb/PwEoPnGQHyBC4sYq0V0eoqZailOeJC5pt3iK56ATC7hnjBtBVgX+4sePfx9obPwE4PqBAuZ4HqkyqfCwXlpffv7ixaC9rD+y0cdabA8dgrIghAYO4sa03x9oMAFqFl7KXa//Z',
  /** 4:2:0 */
  ycc: 'AAAADGpQICANCocKAAAAFGZ0eXBqcDIgAAAAAGpwMiAAAAAtanAyaAAAABZpaGRyAAAAKAAAADwAAwcHAAAAAAAPY29scgEAAAAAABIAAAKcanAyY/9P/1EALwAAAAAAPAAAACgAAAAAAAAAAAAAADwAAAAoAAAAAAAAAAAAAwcBAQcCAgcCAv9SAAwAAAABAAUEBAAB/1wAE0BASEhQSEhQSEhQSEhQSEhQ/2QAJQABQ3JlYXRlZCBieSBPcGVuSlBFRyB2ZXJzaW9uIDIuNS4w/5AACgAAAAACFQAB/5PfgDAMNTowOpfA+EEEx9QEAr/H2gsPqA4HzgwMKTP4TwQsbwKzf8faBT8AKPwAgAg3AuMIL8/ACj7QKfmBAAd/CXcDGMfaDw+oHg+oEBTXgu+wJs8QYEIN4dX8EJDXGcfaCx9oHB9QGAt86nZxBkELBjd/z8AaPtA4faBgBSTYq5B/A4VvBDhTx9obB84+B84UJNir+4xWj+KPVNxKfyLUboclaUriWHWqQkiDpyL3XS5nz8AiPtCIPqBAE2e6WBZV5n8LK8weet8Gjw/MB6nPwCI+0Jh9oKAPe7HpgRkhvwwMHwTbxdfpFxCKx5J/x9olD6hOB84YgXd4+1suH84Lxget/BhyShi/gr4YLfLHhAV9DE0A/YckhDifRoG1eCaRH8faGR9oZA+cMCQbliTLD12QO5RInwnGkvMhyYJZFhJ0byOg4cF6n8faGR9olB9QOCIJcIJ87Wceg87wryLxXs6meRMd4qNvauqp73/6lSL2+MwoW6fH2icHzjoHzhC5cDsfU6SwGQxxsCK/NlGVr6avqfCEXhZ1pwSK+rw4fUO43K2fx9obH2icH1AogUx4UWx/Djblvv9fVF9DBk2//vUNMWORRf0CX1E5gHSB4PKuB8/AQh9QrB9QMIGtKtZgCEokqKRIKO9S/39f70XcQgA56piSXibZQBgMqgvz6IaBtXhOLa//2Q==',
  '16 bits':
    'AAAADGpQICANCocKAAAAFGZ0eXBqcDIgAAAAAGpwMiAAAAAtanAyaAAAABZpaGRyAAAAKAAAADwAAw8HAAAAAAAPY29scgEAAAAAABAAAAVFanAyY/9P/1EALwAAAAAAPAAAACgAAAAAAAAAAAAAADwAAAAoAAAAAAAAAAAAAw8BAQ8BAQ8BAf9SAAwAAAABAAUEBAAB/1wAE0CAiIiQiIiQiIiQiIiQiIiQ/2QAJQABQ3JlYXRlZCBieSBPcGVuSlBFRyB2ZXJzaW9uIDIuNS4w/5AACgAAAAAEvgAB/5P/eMBYBMT+7fC7F+I4Y+ff+JBQCQidwJnLwPQ4Z9/4kEgJr0u2PXIpYlfP/Egqf+JA0f9EgUAA4rookQxUr/IvA4b3/PZ/BDpFdhnP/EgqB/gEgP8AQAeGwYLgnDQWcZ8KR3+LBt03vsf+GBU/8SBYP/BgUAt8Lx7mtfo5cj8G8pe2+QVheHsBz/xISn/iQpH/RIMADzF9X5CWjhjD4FrxPgKbiRwuDAwfBbtCFa5ipQA1Q03VWq4M738Qj5DOgfdLnMasTVDP/EhKD/wANgP8BIAQE3gjmm9i4kmh+XdPDE3WTX8UkvDCs0o82EElf3DPD87z4b71tHcPz/xIPn/iQlD/YYFgE2pLicrntEHmi7L3Y+gkCyw4MopqaFGGjSl+o4t5HmU/D9o5hhc5ShHlF/zP/Eh+P/DC+H/hgqAiDxbWbMyRwt4rWrxThFz0IMVLMa1yQ2BLRFFLkVN/BxZmb+/G69dMa6GJPAY+PM0xopWtNjD4THT05GmhbhXYRDVHJCKTEIpq/b+k8k8i9ptMToiUhESPuWLQsZipysfCZuPP/Eh+B/gagH8hwCFdgRbyeNJ1RvmCB8fccnxKdxudWnKzx/YvyeZmAT8oArdpYuhAtTGav0D+/za/CIEV6B3+NhUA3SOg5Uk8P+6JFtSOy1TRx/4YMR/4YUwf+DCQJBurT8WPdPXkjWvMi/LseWDo+gexNeAtCcaSxao5b0/P4Tb7ohcus/FCoyVOGdhoFP90CsMVm3vnIjbZBuq2bKAjo18+3ag5q+uFQ1hXzrw1JH/P/Ei2f+JGsP9hgaCBrSrVuPM3WpZqZ6mN5KEQAfATY3YORrvBIRK6qwAIU30SYavmr/LTeG3c219f7zw2vNPH07BkwWaxCQQSx0sQHFnDNEZxRgVTpyBGgsHBEGQLVWrkjSSDWsUNXfJP7sfeP4G1ZPbIe+HSNvnWVqvH/hhPB/4AQwH+AsA2niuKHKAPAUG0euMF7pTGtzPObY4lJ6zjvHSFEDpDjbF07itPbJeC712kn3Hfp5p+5xZPd1jaAtD2uCVm3CR3uKWAT2hvKJCB4O/6R5KaUODFP8f+GEU/8SM4P/Bg0IIWO09IBqD6mH/ag9ZIYoxegTduodRhONyP4zKoDjx0Ku9fQzdhWgbWyz7rfAjoacAs4v8iCoG2NLPuKMmdY2yvWPt9w9fL7JAV11Y6XPDwJEm4n4WB4HimkN47k/rrYja/z/xInn/iRfD/YYDAuNyIZZdhYQUsExpR9TfYTpevIYJGqRUC30EURq5n1U0Jwo3nEeK/uNxs1p5rVe4gmgWic5P+Dvl0cp1AGCisV/5IGBaf9KymGkLwF8JEQJ4R8PREefW43KuRY7fP/EiCD/wAfgP8AoC4sYq0V0eoqZailOeJC5n1PPdhEqSEHKTsIZ1BdxQJqrr4hOlj6JHmK9HAMB9s9M65JfDWsaCQGK7J99cCmn+4seRQhMf+GDs/8SL4P/BgYLmeB6pMqnwsGHFu/INgnwHjJWMtepMvpjoJBNIXuLFoL2sP7LRx1psDx2CmTsDA9Dwu3t2xgeU8/xwLSX6tknTswNXS0o1YEG1FyI+4sa0045//2Q==',
  grey: 'AAAADGpQICANCocKAAAAFGZ0eXBqcDIgAAAAAGpwMiAAAAAtanAyaAAAABZpaGRyAAAAKAAAADwAAQcHAAAAAAAPY29scgEAAAAAABEAAAFTanAyY/9P/1EAKQAAAAAAPAAAACgAAAAAAAAAAAAAADwAAAAoAAAAAAAAAAAAAQcBAf9SAAwAAAABAAUEBAAB/1wAE0BASEhQSEhQSEhQSEhQSEhQ/2QAJQABQ3JlYXRlZCBieSBPcGVuSlBFRyB2ZXJzaW9uIDIuNS4w/5AACgAAAAAA0gAB/5PfgDAMNTowOpfH2gsPqA4HzgwMKTP4TwQsbwKzf8faDw+oHg+oEBTXgu+wJs8QYEIN4dX8EJDXGcfaGwfOPgfOFCTYq/uMVo/ij1TcSn8i1G6HJWlK4lh1qkJIg6ci910uZ8faJQ+oTgfOGIF3ePtbLh/OC8YHrfwYckoYv4K+GC3yx4QFfQxNAP2HJIQ4n0aBtXgmkR/H2icHzjoHzhC5cDsfU6SwGQxxsCK/NlGVr6avqfCEXhZ1pwSK+rw4fUO43K2f/9k=',
  'of another encoder':
    'AAAADGpQICANCocKAAAAFGZ0eXBqcDIgAAAAAGpwMiAAAAAtanAyaAAAABZpaGRyAAAAKAAAADwAAwgHAAAAAAAPY29scgEAAAAAABAAAAMkanAyY/9P/1EALwAAAAAAPAAAACgAAAAAAAAAAAAAAQAAAAEAAAAAAAAAAAAAAwcBAQcBAQcBAf9SAAwAAAABAAYCAgAB/1wAFiBASEhQSEhQSEhQSEhQSEhQSEhQ/2QAEQABTGF2YzU5LjM3LjEwMP+QAAoAAAAAAq4AAf+Tw+QEAD/faBAHH8+oCAW/z7QK/AB/sBAHLwgEQd+AFB8gGH1AQABoBgXfz7QL+YFPwAgGxwSBCdDfgDX4Ak/ADADiuiiRsQOG+H8EOBPfgDQ+cFA+QEAHhsGC4L8LSwY5z7QW/ADh9QGAC3wvJWEG8pcFYX/fgEX4BU/AGA8xfV/S7p/kDAwfBbeaDlOOkBCPkKLHf9+APD5wsD5AgBATeCJvetMUkvDCsQ/NuD/fgDX4BEfaCBNqS4nMtQssOF7c0nCHD9o5h9+AfPtFo+0IIg8W1jRRr1EQD5pA4lOfBxZmb+/G6EJn1pcsQNfheCSnuWggoSL2m0xOiJRf34BsHyCID4RQIV2BFvJ40nVDvKxzRygCt5uzSBt/I5zuep/PtC59ofD6gcAkG6tPwHI1Cv8T9wnGksWqLxMaq3MBoaK42yOioYSBXz/fgMX4DkfaEIGtKtW48zc0NAby2M5AFB+y161XwjsJP1/vPDa808fCYWL5KTB2GAp5xBnekIshdprSgSeBtWT2yHtgm8+0Qh84uB8gUDaeK4jMwdDSlYz/OrJF+8uC712lEs19qIRaX4Hg7/W7z7RC/AZh9QOAghY7T0gGoPqYf96P5/xFf19DN2FaBsZVUAHqFOYV5bA9VDS7bP8Q3g+B4HimkNnX7+AgvtBm/gFX2hhj9oIAWoU7H+XQKS27+eP+OnbnB1nY5UJJ54wihFG2Rd+DxQiHtYRIt6YISEedNg+bDmse7+AgvtBmH5wn5xRgfkCAmuMd1mI+lxFi01JFHjVJSVnY5UJJ55wmoXOH4ITeKWoIND1/muPZf+ftCn7QZv4BsfOKMP1AoJvQDETgMM7mdTdahOkjcr+a4pQ68H7Zrl6wc4Y8h7WESVFE7AAAv5rjc/9//9k=',
};
const jp2 = (name: keyof typeof files) => Buffer.from(files[name], 'base64');
const wanted = fourQuarters;
const start = Buffer.from('ff4fff51', 'hex');
const bare = (name: keyof typeof files) => jp2(name).subarray(jp2(name).indexOf(start));
/** The same file with the bytes at so many behind the start of its codestream changed. */
function changed(name: keyof typeof files, at: number, hex: string): Buffer {
  const file = jp2(name);
  file.set(Buffer.from(hex, 'hex'), file.indexOf(start) + at);
  return file;
}

describe('a JPEG 2000', () => {
  it.each<[string, Buffer, number]>([
    ['as OpenJPEG writes it', jp2('rgb'), 2],
    ['of 16 bits', jp2('16 bits'), 2],
    ['of another encoder', jp2('of another encoder'), 2],
    ['of luma and chroma', jp2('ycc'), 12],
    ['without a file format', bare('rgb'), 2],
  ])('%s is read', async (_, bytes, most) => {
    const { file, format, mimeType } = await openBytes(folder, bytes);
    expect({ format, mimeType }).toEqual({ format: 'jp2', mimeType: 'image/jp2' });
    expect(await distance(sharp(file).removeAlpha(), wanted)).toBeLessThan(most);
  });

  it('keeps what is transparent, and the colours below it', async () => {
    for (const bytes of [jp2('rgba'), bare('rgba')]) {
      const { file } = await openBytes(folder, bytes);
      const { data } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
      expect([data[3], data[59 * 4 + 3]]).toEqual([255, 128]);
      expect(await distance(sharp(file).removeAlpha(), wanted)).toBeLessThan(2);
    }
  });

  it('in grey is grey', async () => {
    const { file } = await openBytes(folder, jp2('grey'));
    const { data } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
    expect([data[0] === data[1], data[1] === data[2], data[3]]).toEqual([true, true, 255]);
  });

  it('carries its ICC profile', async () => {
    const { icc } = await sharp(await wanted.clone().png().toBuffer())
      .withIccProfile('p3')
      .png()
      .toBuffer()
      .then((png) => sharp(png).metadata());
    const profile = icc ?? Buffer.alloc(0);
    const file = jp2('rgb');
    // colr of method 2 (ISO/IEC 15444-1, I.5.3.3) in place of the numbered one.
    const at = file.indexOf('colr') - 4;
    const colr = Buffer.concat([Buffer.alloc(4), Buffer.from('colr\x02\0\0', 'latin1'), profile]);
    colr.writeUInt32BE(colr.length, 0);
    const whole = Buffer.concat([file.subarray(0, at), colr, file.subarray(at + 15)]);
    const header = whole.indexOf('jp2h') - 4;
    whole.writeUInt32BE(whole.readUInt32BE(header) + colr.length - 15, header);
    const opened = await openBytes(folder, whole);
    expect((await sharp(opened.file).metadata()).icc?.equals(profile)).toBe(true);
  });
});

describe('a bad JPEG 2000', () => {
  it('truncated at any tenth is damaged', async () => {
    for (const whole of [jp2('rgb'), bare('ycc')]) {
      for (let tenth = 1; tenth < 10; tenth++) {
        const part = whole.subarray(0, Math.floor((whole.length * tenth) / 10));
        expect(await codeOf(folder, part)).toBe('media.damaged');
      }
      expect(await codeOf(folder, whole.subarray(0, -1))).toBe('media.damaged');
    }
  });

  it.each<[string, Buffer, string]>([
    ['4,294,967,295 × 4,294,967,295 pixels', changed('rgb', 8, 'ffffffffffffffff'), 'media.too_many_pixels'],
    ['more pixels than there is memory for', changed('rgb', 8, '00001b0000001b00'), 'media.too_complex'],
    ['no width', changed('rgb', 8, '00000000'), 'media.damaged'],
    ['tiles of no size', changed('rgb', 24, '0000000000000000'), 'media.damaged'],
    ['no components', changed('rgb', 40, '0000'), 'media.damaged'],
    ['65,535 components', changed('rgb', 40, 'ffff'), 'media.unsupported'],
    ['38 bits', changed('rgb', 42, '25'), 'media.unsupported'],
    ['components of several sizes', changed('rgb', 43, '0303'), 'media.unsupported'],
    ['no code where it was', changed('rgb', 60, '00'.repeat(200)), 'media.damaged'],
  ])('with %s is refused', async (_, bytes, code) => {
    expect(await codeOf(folder, bytes)).toBe(code);
  });

  it('of CMYK is unsupported', async () => {
    const file = jp2('rgb');
    file[file.indexOf('colr') + 10] = 12;
    expect(await codeOf(folder, file)).toBe('media.unsupported');
  });

  it('of more pixels than the limit is refused', async () => {
    const within = { ...limits, maxPixels: 60 * 40 - 1 };
    expect(await codeOf(folder, jp2('rgb'), within)).toBe('media.too_many_pixels');
  });
});
