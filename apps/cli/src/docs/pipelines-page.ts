import { kinds, pipelinesJsonSchema } from '#pipelines';
import { renderFieldTable, type SchemaNode } from './field-table.js';

/** `docs/pipelines.schema.json`: what editors complete and check the pipelines file with. */
export function renderPipelinesSchema(): string {
  return `${JSON.stringify(pipelinesJsonSchema(), null, 2)}\n`;
}

const abouts = new Map<string, string>(Object.entries(kinds).map(([kind, { about }]) => [kind, about]));

/** `docs/pipelines.md`: the pipelines file explained, every field with its default. */
export function renderPipelinesPage(): string {
  const pipeline = within(within(pipelinesJsonSchema() as SchemaNode, 'pipelines'));
  const specs = within(within(pipeline, 'renditions')).oneOf ?? [];
  const tables = specs.map((spec) => {
    const kind = String(spec.properties?.['kind']?.const);
    return `### \`kind: ${kind}\`\n\n${abouts.get(kind)}\n\n${renderFieldTable(spec)}\n`;
  });
  const watermark = specs.map((spec) => spec.properties?.['watermark']).find((field) => field !== undefined);
  return `# The pipelines file

<!-- Generated from libs/pipelines/src by \`npm run landfall -- docs\`; the words are in apps/cli/src/docs/pipelines-page.ts. -->

\`pipelines.yaml\` (another place: \`PIPELINES_FILE\`) says what becomes of an upload. \`npm run landfall -- check\` checks it and
tells every mistake with its line. The first line below lets editors with a YAML language server complete and check it:

\`\`\`yaml
# yaml-language-server: $schema=docs/pipelines.schema.json
version: 1
pipelines:
  - name: photos
    match: { kind: image }
    renditions:
      - { name: thumb, kind: image, width: 320 }
\`\`\`

- **Which pipeline.** An upload is held against the pipelines from top to bottom, by what its bytes are. The first that matches
  is the one. A pipeline with \`continue: true\` lets those below match too, and the upload gets the renditions of all of them,
  up to the first that does not continue; its \`pipeline\` is then their names joined by \`+\`. A ticket that names a pipeline
  gets this one alone. What no pipeline wants is \`ignored\`, with its facts.
- **Names.** A rendition's name is unique for an upload. So a pipeline shares no name with one of the same kind above it that
  continues; \`check\` tells where one does.
- **Order.** Renditions are made in the order of the file, so put first what a page needs first. AVIF takes longer than all other
  images together, and previews and storyboards seek through their video: they are made afterwards, in a job of its own that delays
  nobody. Streams, files and sounds have a queue of their own.
- **Changes.** Each rendition has a hash of what its fields mean, which is part of its object key. A changed field makes other
  objects and never overwrites one; what is made already stays until it is made again on request. A field that is written out with its
  default, and a default that a later version adds, change nothing.

## A pipeline

${renderFieldTable(pipeline)}

### \`match\`

Everything that is set has to hold; of a list, one is enough.

${renderFieldTable(within(pipeline, 'match'))}

\`\`\`yaml
version: 1
pipelines:
  - name: every-image # everything gets a small one …
    match: { kind: image }
    continue: true
    renditions:
      - { name: small, kind: image, width: 320 }
  - name: avatars # … avatars a square one too …
    match:
      kind: image
      mimeType: [image/jpeg, image/png, image/webp]
      key: users/*/avatar.*
      maxBytes: 5000000
    renditions:
      - { name: square, kind: image, width: 256, height: 256, fit: cover, position: attention }
  - name: press # … and large pictures of one tenant, in the buckets for them, a large one.
    match:
      kind: image
      bucket: [press, press-archive]
      vars: { tenant: [acme, initech] }
      minBytes: 1000000
    renditions:
      - { name: large, kind: image, width: 2560, format: keep, quality: 90, keepProfile: true, keepCopyright: true }
  - name: scans
    match: { kind: document }
    renditions:
      - { name: page, kind: image, width: 800, format: png }
\`\`\`

## Renditions

${tables.join('\n')}
### \`watermark\` of an image

${renderFieldTable(watermark ?? {})}

A mark that would be higher than the picture is made smaller. Its picture may have any format that uploads may have, up to 4 MiB and
10 million pixels; a worker reads it again every five minutes, so a new logo shows in new renditions only. Where it cannot be used the
rendition fails with \`rendition.watermark_unusable\`, and the others are made. A text is
drawn in fonts that come with Landfall, so it looks the same on every worker: Chinese, Japanese, Latin, Greek, Cyrillic, Hebrew, Arabic
and emoji in one colour ([which](decisions/0019-fonts-of-our-own.md)). Where they lack a character (Korean and Thai, for instance) it is
a box, and the rendition has the warning \`rendition.missing_glyphs\`. A line break in the text begins a new line.

## Images in detail

- **Size.** A picture keeps its proportions and is never enlarged unless \`enlarge: true\`. \`cover\` without it makes a
  smaller picture where the original is smaller than width × height; \`contain\` always has exactly width × height. With one
  side alone every \`fit\` means \`inside\`. A rendition that is enlarged ends at 50 million pixels.
- **What is kept of a crop.** \`attention\` looks for skin, strong colours and edges, \`entropy\` for the part with the most detail.
  With \`focal\` a person or a program says it: an upload with the vars \`focus_x: 0.3\` and \`focus_y: 0.6\` keeps the window
  whose middle is as near to that point as the edges allow.
- **Colour.** Every picture is turned into sRGB by its profile, with 8 bits a channel. With \`keepProfile\` one in Display P3, as phones
  take them, keeps its colours and its profile.
- **Metadata.** None, whatever the upload has. With \`keepCopyright\` the artist and the notice of EXIF, IPTC or XMP are
  written as EXIF and XMP; GIF has no place for them. \`keepLocation\` is about the facts in the answers of the API alone.
- **Loops.** \`kind: loop\` makes a video of an animation, with \`<video muted loop autoplay playsinline>\` for the page; put
  \`minBytes\` into the \`match\` of its pipeline to have them of large ones alone.
- **Animation.** \`animated: true\` keeps all frames of a GIF or WebP with their delays and loop count. All frames
  together may have as many pixels as one image (\`IMAGE_MAX_PIXELS\`), and there may be 3,000 of them (\`IMAGE_MAX_FRAMES\`); beyond that the rendition
  fails with \`media.too_many_pixels\`, and the others are made. The crop of all frames is that of the first. WebP stores frames that are
  the same as one, shown for as long.

\`\`\`yaml
version: 1
pipelines:
  - name: shop
    match: { kind: image, prefix: products/ }
    keepLocation: false
    renditions:
      - { name: list, kind: image, width: 400, height: 400, fit: contain, background: "#ffffff" }
      - { name: hero, kind: image, width: 1600, height: 600, fit: cover, position: focal, sharpen: 0.5 }
      - name: zoom
        kind: image
        width: 2400
        format: jpeg
        quality: 85
        watermark: { objectKey: brand/logo.png, gravity: southeast, opacity: 0.6, width: 0.2, margin: 0.03 }
      - { name: preview, kind: image, width: 800, watermark: { text: "© Example", gravity: centre, opacity: 0.3 } }
      - { name: moving, kind: image, width: 480, animated: true }
      - { name: zoom-avif, kind: image, width: 2400, format: avif, quality: 60 }
\`\`\`

## Stills of a video in detail

Posters, previews and storyboards seek in the object: of a large one a few percent are read, wherever its index is. They are turned
upright, deinterlaced, tone-mapped from HDR and never enlarged. A moment behind the end is the end.

- **Poster.** Unless \`at\` or \`share\` is set the first picture that is not black, of the first ten seconds.
- **Preview.** A video of at least twice the length of the loop gives scenes of about 1.5 seconds, five at most, from the middle of as many
  equal parts; a shorter one its beginning. A WebP plays again and again by itself; an MP4 wants \`<video muted loop autoplay playsinline>\`.
- **Storyboard.** The rendition is the WebVTT file; its \`url\` gives it with signed addresses of the sheets (\`…#xywh=x,y,width,height\`), as video.js,
  Plyr, Vidstack and others read it. Cues follow each other without a gap. Of a video of up to a minute and 64 MB each tile shows exactly the
  middle of its time; of a longer one the key frame before that, usually less than ten seconds earlier. A tile is at most twice as high as
  wide, and a sheet has fewer rows than asked for where it would have more than 16 million pixels, which phones do not decode. A video that does
  not tell its length, as browsers record it, gets a tile every five seconds unless told otherwise. \`details\` tells the geometry.

## Sound in detail

- **Audio.** The default track, else the first, at 48 kHz, mixed down to stereo; covers and tags are left out. Opus is in Ogg, whose positions tell its
  length to the sample; Safari plays it from version 18.4 on, AAC plays everywhere. All three keep the length of the upload, without a gap at
  the seams of an album, in players that heed the edit list (M4A) or the LAME header (MP3).
- **Loudness.** \`details.loudness\` tells integrated loudness (LUFS), range (LU) and true peak (dBTP) of the upload by EBU R128; mono counts as it
  sounds from two speakers; silence and less than 0.4 seconds have none (\`null\`). \`normalize\` changes the volume as a whole by
  \`details.gainDb\`: to −16 LUFS, less where the true peak would be above −1 dBTP, 24 dB at most. Nothing is compressed.
- **Waveform.** The JSON is version 2 of the format of audiowaveform, which peaks.js reads as it is, and wavesurfer.js divided by 128:
  \`{ version, channels: 1, sample_rate, samples_per_pixel, bits: 8, length, data }\`, where \`data\` holds the lowest and the highest sample
  of one stretch after the other, −128 to 127, over all channels. All waveforms of an upload come from one decode.

\`\`\`yaml
version: 1
pipelines:
  - name: films
    match: { kind: video }
    renditions:
      - { name: poster, kind: poster, share: 0.2, width: 1280 }
      - { name: hover, kind: preview, width: 320, seconds: 4 }
      - { name: scrub, kind: storyboard, intervalSeconds: 10, columns: 5, rows: 5 }
      - { name: download, kind: mp4, height: 720 }
      - { name: podcast, kind: audio, codec: mp3, bitrateKbps: 96, channels: 1, normalize: true }
  - name: songs
    match: { kind: audio }
    renditions:
      - { name: aac, kind: audio, bitrateKbps: 192 }
      - { name: opus, kind: audio, codec: opus, bitrateKbps: 96 }
      - { name: peaks, kind: waveform, pixelsPerSecond: 50 }
      - { name: picture, kind: waveform, format: png, width: 1200, height: 120, color: "#0f766e" }
\`\`\`
`;
}

/** The schema of a field, or of the items of a list. */
function within(node: SchemaNode, field?: string): SchemaNode {
  return (field === undefined ? node.items : node.properties?.[field]) ?? {};
}
