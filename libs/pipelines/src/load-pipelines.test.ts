import { readFileSync } from 'node:fs';
import { isLandfallError } from '#runtime';
import { describe, expect, test } from 'vitest';
import { loadPipelines, parsePipelines } from './load-pipelines.js';

/** The problems of a file, without the message of the error that they come in. */
function problemsOf(text: string): string[] {
  try {
    parsePipelines(text, 'p.yaml');
    return [];
  } catch (error) {
    if (!isLandfallError(error)) throw error;
    const [head, ...problems] = error.message.split('\n  ');
    return error.code === 'pipelines.invalid' ? problems : [`${error.code}: ${head}`];
  }
}

/** A file with one pipeline for images; its renditions begin in line 6. */
const withRenditions = (...lines: string[]) =>
  [
    'version: 1',
    'pipelines:',
    '  - name: photos',
    '    match: { kind: image }',
    '    renditions:',
    ...lines,
  ].join('\n');
/** The same for videos. */
const ofVideo = (...lines: string[]) => withRenditions(...lines).replace('kind: image', 'kind: video');
const withMatch = (match: string) => `version: 1
pipelines:
  - name: photos
    match: ${match}
    renditions: [{ name: a, kind: image, width: 1 }]`;

describe('a wrong file is told with its lines:', () => {
  test.each<[why: string, text: string, problems: (string | RegExp)[]]>([
    ['nothing', '', ['p.yaml:1: file: Invalid input: expected object, received null']],
    ['no list', 'version: 1\npipelines: 3', [/^p\.yaml:2: pipelines: .*expected array/]],
    ['another version', 'version: 2\npipelines: []', [/^p\.yaml:1: version: .*expected 1/]],
    ['no YAML', 'version: 1\npipelines: [', [/^p\.yaml:2: /]],
    [
      'lists within lists',
      '\n'.concat('['.repeat(30_000)),
      [/^p\.yaml:2: .* nested more than 32 levels deep$/],
    ],
    ['maps within maps', '{a: '.repeat(1_000), [/^p\.yaml:1: .* nested more than 32 levels deep$/]],
    [
      'keys within keys',
      `version: 1\n${'? '.repeat(10_000)}`,
      [/^p\.yaml:2: .* nested more than 32 levels deep$/],
    ],
    [
      'lists within lists, by their dashes',
      '- '.repeat(10_000),
      [/^p\.yaml:1: .* nested more than 32 levels deep$/],
    ],
    [
      'maps within maps, by their lines',
      Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
      [/^p\.yaml:101: .* nested more than 32 levels deep$/],
    ],
    ['a key twice', 'version: 1\nversion: 1\npipelines: []', [/^p\.yaml:2: Map keys must be unique/]],
    [
      'aliases that grow',
      `a: &a [1]\n${'bcdefghijk'.replaceAll(/./g, (name, at: number) => `${name}: &${name} [${`*${'abcdefghij'[at]},`.repeat(9)}]\n`)}`,
      [/^p\.yaml:1: Excessive alias count/],
    ],
    [
      'a slip of the pen',
      withRenditions('      - name: a', '        kind: image', '        width: 1', '        heigth: 2'),
      ['p.yaml:9: pipelines.0.renditions.0.heigth: unknown field'],
    ],
    [
      'an unknown kind',
      withRenditions('      - { name: a, kind: picture, width: 1 }'),
      [/^p\.yaml:6: pipelines\.0\.renditions\.0\.kind: /],
    ],
    [
      'DASH and AES-128 at once',
      ofVideo('      - { name: a, kind: hls, dash: true, encryption: aes-128 }'),
      [
        'p.yaml:6: pipelines.0.renditions.0.dash: DASH does not support the AES-128 encryption of HLS: omit one of the two',
      ],
    ],
    [
      'no size',
      withRenditions('      - { name: a, kind: image }'),
      [/:6: .*\.width: width or height is required/],
    ],
    [
      'a huge size',
      withRenditions('      - { name: a, kind: image, width: 16000, height: 16000 }'),
      [/:6: .*\.width: 16000 × 16000 is more than 50000000 pixels/],
    ],
    ['a size of 0', withRenditions('      - { name: a, kind: image, width: 0 }'), [/:6: .*\.width: .*>=1/]],
    [
      'a position where nothing is cut off',
      withRenditions('      - name: a', '        kind: image', '        width: 9', '        position: focal'),
      [/:9: .*\.position: requires fit: cover/],
    ],
    [
      'a JPEG that moves',
      withRenditions('      - { name: a, kind: image, width: 1, format: jpeg, animated: true, effort: 1 }'),
      [/:6: .*\.animated: jpeg does not support animation/, /:6: .*\.effort: jpeg does not support effort/],
    ],
    [
      'a quality that is no number, too high, or of a format without loss',
      withRenditions(
        '      - { name: a, kind: image, width: 1, quality: best }',
        '      - { name: b, kind: image, width: 1, quality: 101 }',
        '      - { name: c, kind: image, width: 1, quality: auto, format: png }',
      ),
      [
        /:6: .*\.quality: must be a whole number from 1 to 100, or auto/,
        /:7: .*\.quality: Too big: expected number to be <=100/,
        /:8: .*\.quality: png has no loss to choose/,
      ],
    ],
    [
      'an original that cannot be kept',
      withRenditions(
        '      - { name: a, kind: image, width: 1, format: avif, keepOriginal: true }',
        '      - { name: b, kind: image, width: 1, sharpen: 1, keepOriginal: true }',
      ),
      [
        /:6: .*\.keepOriginal: avif is always encoded again/,
        /:7: .*\.keepOriginal: a watermark or sharpen changes every picture/,
      ],
    ],
    [
      'too much effort',
      withRenditions('      - { name: a, kind: image, width: 1, effort: 7 }'),
      [/:6: .*\.effort: webp allows 0 to 6/],
    ],
    [
      'a colour that YAML takes for a comment',
      withRenditions(
        '      - name: a',
        '        kind: image',
        '        width: 1',
        '        background: #fff',
      ),
      [/:9: .*\.background: .*expected string, received null/],
    ],
    [
      'a colour by its name',
      withRenditions('      - { name: a, kind: image, width: 1, background: white }'),
      [/:6: .*\.background: must be a colour such as "#ffffff"/],
    ],
    [
      'a watermark of both',
      withRenditions('      - { name: a, kind: image, width: 1, watermark: { text: x, objectKey: y } }'),
      [/:6: .*\.watermark: must have either text or objectKey/],
    ],
    [
      'a watermark out of range',
      withRenditions(
        '      - { name: a, kind: image, width: 1, watermark: { text: x, opacity: 2, gravity: middle } }',
      ),
      [/\.gravity: /, /\.opacity: .*<=1/],
    ],
    [
      'a name twice',
      withRenditions(
        '      - { name: a, kind: image, width: 1 }',
        '      - { name: a, kind: image, width: 2 }',
      ),
      ['p.yaml:7: pipelines.0.renditions.1.name: another rendition is already named a'],
    ],
    [
      'a stream of a picture',
      withRenditions('      - { name: a, kind: hls }'),
      ['p.yaml:6: pipelines.0.renditions.0.kind: hls cannot be made from image'],
    ],
    [
      'a storyboard of a sound, a sound of a picture',
      withRenditions('      - { name: a, kind: storyboard }', '      - { name: b, kind: waveform }'),
      [
        /:6: .*\.kind: storyboard cannot be made from image/,
        /:7: .*\.kind: waveform cannot be made from image/,
      ],
    ],
    [
      'two moments for one poster',
      ofVideo('      - name: a', '        kind: poster', '        at: 3', '        share: 0.5'),
      [/:9: .*\.share: must not be set together with at/],
    ],
    ['a share of 20 %', ofVideo('      - { name: a, kind: poster, share: 20 }'), [/:6: .*\.share: .*<=1/]],
    [
      'tiles counted twice',
      ofVideo('      - { name: a, kind: storyboard, count: 9, intervalSeconds: 1 }'),
      [/:6: .*\.count: must not be set together with intervalSeconds/],
    ],
    [
      'a preview of nothing, with sound',
      ofVideo('      - { name: a, kind: preview, seconds: 0, format: gif, frameRate: 60 }'),
      [/\.format: /, /\.seconds: .*>=0\.5/, /\.frameRate: .*<=30/],
    ],
    [
      'an MP3 of 512 kbit/s in six channels',
      ofVideo('      - { name: a, kind: audio, codec: mp3, bitrateKbps: 512 }'),
      [/:6: .*\.bitrateKbps: mp3 allows 32 to 320/],
    ],
    ['six channels', ofVideo('      - { name: a, kind: audio, channels: 6 }'), [/\.channels: .*<=2/]],
    [
      'a colour for numbers, and peaks for a picture',
      ofVideo(
        '      - { name: a, kind: waveform, color: "#000000" }',
        '      - { name: b, kind: waveform, format: png, pixelsPerSecond: 9 }',
      ),
      [/:6: .*\.color: requires format: png/, /:7: .*\.pixelsPerSecond: requires format: json/],
    ],
    ['no kind', withMatch('{ bucket: a }'), [/:4: pipelines\.0\.match\.kind: /]],
    [
      'a type with a star',
      withMatch('{ kind: image, mimeType: "*/png" }'),
      [/:4: .*\.mimeType: must be a lower-case type/],
    ],
    [
      'a list with a number',
      withMatch('{ kind: image, bucket: [a, 7] }'),
      [/:4: .*\.bucket: must be a string or a list/],
    ],
    [
      'vars that are numbers',
      withMatch('{ kind: image, vars: { tenant: 7 } }'),
      [/:4: .*\.vars\.tenant: must be a string or a list/],
    ],
    ['a negative size', withMatch('{ kind: image, minBytes: -1 }'), [/:4: .*\.minBytes: /]],
    [
      'sizes that no object has',
      withMatch('{ kind: image, minBytes: 9, maxBytes: 8 }'),
      [/:4: .*\.maxBytes: must not be less than minBytes/],
    ],
  ])('%s', (_, text, problems) => {
    const found = problemsOf(text);
    expect(found).toHaveLength(problems.length);
    for (const [index, problem] of problems.entries()) expect(found[index]).toMatch(problem);
  });
});

describe('pipelines that may match the same upload', () => {
  const two = (first: string, second: string, kind = 'video') => `version: 1
pipelines:
  - { name: one, match: { kind: ${kind} }, ${first} }
  - { name: other, match: { kind: audio }, renditions: [{ name: a, kind: audio }] }
  - { name: two, match: { kind: ${kind} }, ${second} }`;

  test('share no name of a rendition, and no stream', () => {
    const first = 'continue: true, renditions: [{ name: a, kind: hls }]';
    expect(problemsOf(two(first, 'renditions: [{ name: a, kind: poster }, { name: b, kind: hls }]'))).toEqual(
      [
        'p.yaml:5: pipelines.2.renditions.0.name: another rendition is already named a in pipeline one above, which continues',
        'p.yaml:5: pipelines.2.renditions.1.kind: an upload has at most one hls; another is already defined in pipeline one above, which continues',
      ],
    );
  });

  test('may share them when the first does not continue', () => {
    const renditions = 'renditions: [{ name: a, kind: hls }]';
    expect(problemsOf(two(renditions, renditions))).toEqual([]);
  });

  test('have names of their own', () => {
    const renditions = 'renditions: [{ name: a, kind: hls }]';
    expect(problemsOf(two(renditions, renditions).replace('two', 'one'))).toEqual([
      'p.yaml:5: pipelines.2.name: another pipeline for video is already named one',
    ]);
  });
});

test('defaults are filled in', () => {
  const [pipeline] = parsePipelines(
    withRenditions('      - { name: a, kind: image, width: 1 }'),
    'p',
  ).pipelines;
  expect(pipeline).toMatchObject({ continue: false, keepLocation: false });
  expect(pipeline?.renditions[0]).toEqual({
    name: 'a',
    kind: 'image',
    width: 1,
    fit: 'inside',
    position: 'centre',
    enlarge: false,
    format: 'webp',
    quality: 80,
    animated: false,
    sharpen: 0,
    keepProfile: false,
    hdr: 'map',
    keepCopyright: false,
    keepOriginal: false,
  });
});

test('pipelines.yaml is right and points editors to its schema', () => {
  expect(loadPipelines('pipelines.yaml').pipelines).toHaveLength(3);
  expect(readFileSync('pipelines.yaml', 'utf8')).toContain(
    '# yaml-language-server: $schema=docs/pipelines.schema.json',
  );
});
