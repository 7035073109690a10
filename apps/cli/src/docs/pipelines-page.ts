import { kinds, pipelinesJsonSchema } from '#pipelines';
import { renderFieldTable, type SchemaNode } from './field-table.js';

/** `docs/pipelines.schema.json`: used by editors to complete and validate the pipelines file. */
export function renderPipelinesSchema(): string {
  return `${JSON.stringify(pipelinesJsonSchema(), null, 2)}\n`;
}

const abouts = new Map<string, string>(Object.entries(kinds).map(([kind, { about }]) => [kind, about]));

/** `docs/pipelines.md`: the pipelines file, every field with its default. */
export function renderPipelinesPage(): string {
  const pipeline = within(within(pipelinesJsonSchema() as SchemaNode, 'pipelines'));
  const specs = within(within(pipeline, 'renditions')).oneOf ?? [];
  const tables = specs.map((spec) => {
    const kind = String(spec.properties?.['kind']?.const);
    return `### \`kind: ${kind}\`\n\n${abouts.get(kind)}\n\n${renderFieldTable(spec)}\n`;
  });
  const watermark = specs.map((spec) => spec.properties?.['watermark']).find((field) => field !== undefined);
  return `# The pipelines file

<!-- Generated from libs/pipelines/src by \`npm run landfall -- docs\`; the prose is in apps/cli/src/docs/pipelines-page.ts. -->

\`pipelines.yaml\` decides which renditions an upload gets; \`PIPELINES_FILE\` names another file.
\`npm run landfall -- check\` checks it and reports every mistake with its line. The first line below
lets editors with a YAML language server complete and validate it:

\`\`\`yaml
# yaml-language-server: $schema=docs/pipelines.schema.json
version: 1
pipelines:
  - name: photos
    match: { kind: image }
    renditions:
      - { name: thumb, kind: image, width: 320 }
\`\`\`

- **Which pipeline.** Landfall compares an upload, as detected from its bytes, with the pipelines
  from top to bottom. The first that matches applies. A pipeline with \`continue: true\` lets those
  below match too, and the upload gets the renditions of all of them, up to the first that does
  not continue. Its \`pipeline\` is then their names joined by \`+\`. If a ticket names a pipeline,
  only that one applies. An upload that no pipeline matches is \`ignored\`, but its facts are known.
- **Names.** A rendition's name is unique within an upload. Therefore a pipeline must not reuse a
  name of a pipeline of the same kind above it that continues. \`check\` reports duplicates.
- **Order.** Renditions are made in the order of the file, so put first what a page needs first.
  AVIF takes longer than all other images together, and previews and storyboards seek through
  their video. They are made afterwards, in a separate job that delays no other renditions.
  Streams, files and sounds have their own queue.
- **Changes.** Each rendition has a hash of its effective fields, which is part of its object key.
  A changed field leads to new objects and never overwrites old ones. Existing renditions stay
  until you remake them ([reprocessing](operators/reprocessing.md)). Writing out a default changes
  nothing, and neither does a default that a later version adds.

## A pipeline

${renderFieldTable(pipeline)}

### \`match\`

All fields that are set must match. In a list, one matching value is enough.

${renderFieldTable(within(pipeline, 'match'))}

\`\`\`yaml
version: 1
pipelines:
  - name: every-image # every image gets a small one …
    match: { kind: image }
    continue: true
    renditions:
      - { name: small, kind: image, width: 320 }
  - name: avatars # … avatars also get a square one …
    match:
      kind: image
      mimeType: [image/jpeg, image/png, image/webp]
      key: users/*/avatar.*
      maxBytes: 5000000
    renditions:
      - { name: square, kind: image, width: 256, height: 256, fit: cover, position: attention }
  - name: press # … and large pictures of two tenants, in these buckets, a large one.
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

A watermark that would be taller than the picture is scaled down. Its picture may have any format
that uploads may have, up to 4 MiB and 10 million pixels. A worker reads it again every five
minutes, so a new logo appears in new renditions only. If it cannot be used, the rendition fails
with \`rendition.watermark_unusable\`, but the others are made.

A text is drawn in fonts that come with Landfall, so it looks the same on every worker: Chinese,
Japanese, Latin, Greek, Cyrillic, Hebrew, Arabic, and emoji in one colour
([which fonts](decisions/0019-fonts-of-our-own.md)). A character that they lack (Korean and Thai,
for instance) becomes a box, and the rendition has the warning \`rendition.missing_glyphs\`. A line
break in the text starts a new line.

## Images in detail

- **Formats.** Landfall reads JPEG, PNG, WebP, GIF, AVIF, TIFF, HEIC, JPEG XL, JPEG 2000, SVG, BMP,
  ICO, TGA, Photoshop (the merged picture) and camera RAW (the embedded preview). Of a PDF, which
  is a \`document\`, it draws the first page.
- **Size.** A picture keeps its proportions and is never enlarged unless \`enlarge: true\`. Without
  it, \`cover\` makes a smaller picture if the original is smaller than width × height; \`contain\`
  always has exactly width × height. With only one side, every \`fit\` means \`inside\`. An enlarged
  rendition has at most 50 million pixels.
- **What a crop keeps.** \`attention\` looks for skin, strong colours and edges, \`entropy\` for the
  part with the most detail. With \`focal\` the vars of the upload decide: \`focus_x: 0.3\` and
  \`focus_y: 0.6\` keep the window whose centre is as near to that point as the edges allow.
- **Colour.** Every picture is converted to sRGB from its profile, with 8 bits per channel. With
  \`keepProfile\` a picture in Display P3, as phones take them, keeps its colours and its profile.
- **Quality.** With \`quality: auto\` each picture gets the lowest quality at which a viewer notices
  no flaw without looking for it: fewer bytes for most, more for those in which 80 shows
  ([how, and when it does not apply](images/quality.md)).
- **Originals.** Without \`keepOriginal\` every picture is encoded with the \`quality\` of its
  rendition, even if it already has the right format and size. With it, such a JPEG, PNG, WebP or
  GIF is stored as it is ([when, and what is removed](images/originals.md)).
- **Metadata.** Renditions have none, whatever the upload has. With \`keepCopyright\` the artist and
  the copyright notice of EXIF, IPTC or XMP are written as EXIF and XMP; GIF has no place for
  them. \`keepLocation\` only affects the facts in the API's answers.
- **Loops.** \`kind: loop\` makes a video of an animation. Show it with
  \`<video muted loop autoplay playsinline>\`. To have loops of large animations only, put \`minBytes\`
  into the \`match\` of the pipeline.
- **Animation.** \`animated: true\` keeps all frames of a GIF or WebP with their delays and loop
  count. All frames together may have as many pixels as one image (\`IMAGE_MAX_PIXELS\`), and there
  may be 3,000 of them (\`IMAGE_MAX_FRAMES\`). Beyond that, the rendition fails with
  \`media.too_many_pixels\`, but the others are made. All frames are cropped like the first. WebP
  stores identical frames as one that is shown for longer.

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
      - { name: zoom-avif, kind: image, width: 2400, format: avif, quality: auto }
\`\`\`

## Stills of a video in detail

Posters, previews and storyboards seek in the object. They read a few percent of a large video,
wherever its index is. They are upright, deinterlaced, tone-mapped from HDR and never enlarged. A
time after the end means the end.

- **Poster.** Unless \`at\` or \`share\` is set, the first picture of the first ten seconds that is not
  black.
- **Preview.** A video of at least twice the length of the loop gives up to five scenes of about
  1.5 seconds, from the middle of as many equal parts. A shorter video gives its beginning. A WebP
  repeats by itself; an MP4 needs \`<video muted loop autoplay playsinline>\`.
- **Storyboard.** The rendition is the WebVTT file. Its \`url\` returns the file with signed
  addresses of the sheets (\`…#xywh=x,y,width,height\`), as video.js, Plyr, Vidstack and others read
  it. Cues follow each other without a gap. For a video of up to a minute and 64 MB, each tile
  shows exactly the middle of its time. For a longer one it shows the key frame before that,
  usually less than ten seconds earlier. A tile is at most twice as high as wide. A sheet that
  would have more than 16 million pixels, which phones do not decode, gets fewer rows. A video that
  does not state its length, as browsers record it, gets a tile every five seconds by default.
  \`details\` has the geometry.

## Sound in detail

- **Audio.** The default track, else the first, at 48 kHz, mixed down to stereo, without covers and
  tags. Opus is in Ogg, whose positions give its length to the sample; Safari plays it from version
  18.4 on. AAC plays everywhere. All three keep the length of the upload, without a gap between
  the tracks of an album, in players that respect the edit list (M4A) or the LAME header (MP3).
- **Loudness.** \`details.loudness\` reports the integrated loudness (LUFS), range (LU) and true peak
  (dBTP) of the upload by EBU R128. Mono counts as it sounds from two speakers. Silence and less
  than 0.4 seconds have none (\`null\`). \`normalize\` changes the volume as a whole by
  \`details.gainDb\`: to −16 LUFS, less if the true peak would be above −1 dBTP, 24 dB at most.
  Nothing is compressed.
- **Waveform.** The JSON is version 2 of the audiowaveform format. peaks.js reads it as it is,
  wavesurfer.js after dividing by 128:
  \`{ version, channels: 1, sample_rate, samples_per_pixel, bits: 8, length, data }\`. \`data\` holds
  the lowest and the highest sample of one stretch after the other, −128 to 127, over all channels.
  All waveforms of an upload come from one decode.

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

/** The schema of a field or, without a name, of the items of a list. */
function within(node: SchemaNode, field?: string): SchemaNode {
  return (field === undefined ? node.items : node.properties?.[field]) ?? {};
}
