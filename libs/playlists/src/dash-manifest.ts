import { type Rung, type Sound, type StreamParts, languageTag } from './master-playlist.js';
import { ratesOf, secondsOf } from './media-playlist.js';
import type { VideoRange } from '#media';
import type { Track } from './track.js';

/**
 * Writes a static DASH manifest for the segments of the HLS stream (ISO/IEC 23009-1, main profile). Every segment has its own
 * address, so that each can be signed.
 */
export function writeManifest({ rungs, sound, subtitles }: StreamParts): string {
  const tracks = [...rungs.map((rung) => rung.track), ...(sound ? [sound.track] : [])];
  const seconds = Math.max(...tracks.map(secondsOf));
  const longest = Math.max(
    ...tracks.flatMap((track) => track.segments.map(({ ticks }) => ticks / track.timescale)),
  );
  const sets = [
    ...ranges.flatMap((range) =>
      pictureSet(
        range,
        rungs.filter((rung) => rung.range === range),
      ),
    ),
    ...(sound ? [soundSet(sound)] : []),
    ...subtitles.map((one, index) => textSet(one, index)),
  ];
  return `<?xml version="1.0" encoding="utf-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-main:2011" type="static" mediaPresentationDuration="${duration(seconds)}" maxSegmentDuration="${duration(longest)}" minBufferTime="${duration(2 * longest)}">
<Period id="0" start="PT0S">
${sets.join('\n')}
</Period>
</MPD>
`;
}

const ranges: readonly VideoRange[] = ['SDR', 'PQ', 'HLG'];

/** The code of the transfer curve (ITU-T H.273, table 3), for players that can show HDR. */
const curves = { PQ: 16, HLG: 18 };

function pictureSet(range: VideoRange, rungs: readonly Rung[]): string[] {
  if (rungs.length === 0) return [];
  const representations = rungs.map(
    ({ track, size, frameRate }) =>
      `<Representation id="${track.folder}" mimeType="video/mp4" codecs="${track.codec}" bandwidth="${ratesOf(track).peakBps}" width="${size.width}" height="${size.height}" frameRate="${fraction(frameRate)}" sar="1:1">
${segmentList(track)}
</Representation>`,
  );
  const curve =
    range === 'SDR'
      ? ''
      : `<EssentialProperty schemeIdUri="urn:mpeg:mpegB:cicp:TransferCharacteristics" value="${curves[range]}"/>\n`;
  return [
    `<AdaptationSet id="${range === 'SDR' ? 0 : 1_000}" contentType="video" segmentAlignment="true" startWithSAP="1">
${curve}${representations.join('\n')}
</AdaptationSet>`,
  ];
}

function soundSet({ track, channels, language }: Sound): string {
  const tag = languageTag(language);
  return `<AdaptationSet id="1" contentType="audio" segmentAlignment="true" startWithSAP="1"${tag ? ` lang="${tag}"` : ''}>
<Representation id="${track.folder}" mimeType="audio/mp4" codecs="${track.codec}" bandwidth="${ratesOf(track).peakBps}" audioSamplingRate="${track.timescale}">
<AudioChannelConfiguration schemeIdUri="urn:mpeg:dash:23003:3:audio_channel_configuration:2011" value="${channels}"/>
${segmentList(track)}
</Representation>
</AdaptationSet>`;
}

function textSet({ path, language }: StreamParts['subtitles'][number], index: number): string {
  const tag = languageTag(language);
  return `<AdaptationSet id="${index + 2}" contentType="text"${tag ? ` lang="${tag}"` : ''}>
<Role schemeIdUri="urn:mpeg:dash:role:2011" value="subtitle"/>
<Representation id="subtitles-${index}" mimeType="text/vtt" bandwidth="1000">
<BaseURL>${path}</BaseURL>
</Representation>
</AdaptationSet>`;
}

/**
 * The exact durations of all segments; consecutive segments of the same duration share one entry.
 */
function segmentList({ initPath, segments, timescale }: Track): string {
  const runs: { ticks: number; repeats: number }[] = [];
  for (const { ticks } of segments) {
    const last = runs.at(-1);
    if (last?.ticks === ticks) last.repeats++;
    else runs.push({ ticks, repeats: 0 });
  }
  const times = runs.map(
    ({ ticks, repeats }, index) =>
      `<S${index === 0 ? ' t="0"' : ''} d="${ticks}"${repeats > 0 ? ` r="${repeats}"` : ''}/>`,
  );
  return `<SegmentList timescale="${timescale}">
<Initialization sourceURL="${initPath}"/>
<SegmentTimeline>${times.join('')}</SegmentTimeline>
${segments.map(({ path }) => `<SegmentURL media="${path}"/>`).join('\n')}
</SegmentList>`;
}

/** A frame rate in DASH notation: 24000/1001 for 23.976. */
function fraction(frameRate: number): string {
  if (Number.isInteger(frameRate)) return String(frameRate);
  const overThousandOne = Math.round(frameRate * 1_001);
  return Math.abs(overThousandOne / 1_001 - frameRate) < 1e-6
    ? `${overThousandOne}/1001`
    : `${Math.round(frameRate * 1_000)}/1000`;
}

function duration(seconds: number): string {
  return `PT${seconds.toFixed(3)}S`;
}
