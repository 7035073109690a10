import type { EncoderOf } from '../encoding/choose-encoders.js';
import type { PictureTrack, SoundTrack } from '../encoding/tracks.js';
import {
  chooseLadder,
  fitShortSide,
  maxBitrateKbps,
  outputFrameRate,
  segmentFrames,
} from '../encoding/ladder.js';
import { type Size } from '#media';
import type { LadderPlan, PlannedRung } from '../ladder/plan-ladder.js';
import type { AudioFacts, VideoFacts } from '../facts/media-facts.js';
import type { HlsSpec, Mp4Spec, VideoCodec, VideoRange } from '#media';

/** What to make from one decode of a video: at most one of each. */
export interface VideoSpecs {
  readonly hls?: HlsSpec;
  readonly mp4?: Mp4Spec;
  /** The rungs of a stream whose ladder is `auto`. */
  readonly ladder?: LadderPlan | undefined;
}

/** The tracks to encode, each into segments in its own folder, and which of them each rendition is made from. */
export interface StreamPlan {
  readonly pictures: readonly PictureTrack[];
  readonly sounds: readonly SoundTrack[];
  readonly segmentSeconds: number;
  readonly hls: {
    spec: HlsSpec;
    rungs: readonly PictureTrack[];
    sound: SoundTrack | null;
    ladder?: LadderPlan | undefined;
  } | null;
  /** The MP4 is assembled from a rung of the same size, or else from a track of its own. */
  readonly mp4: { spec: Mp4Spec; picture: PictureTrack; sound: SoundTrack | null } | null;
}

/** The smallest SDR rung, which plays early; undefined without a stream. */
export function smallestRung({ hls }: Pick<StreamPlan, 'hls'>): PictureTrack | undefined {
  return hls?.rungs.findLast(({ range }) => range === 'SDR');
}

/** Keyframe interval of an MP4 without a stream, and so its seek granularity. */
const mp4KeySeconds = 4;

/** Plans the tracks of a video: those of the HLS ladder first, largest first. */
export function planStreams(
  video: VideoFacts,
  audio: AudioFacts | null,
  specs: VideoSpecs,
  encoderOf: EncoderOf,
): StreamPlan {
  const { hls, mp4, ladder } = specs;
  const frameRate = outputFrameRate(video.frameRate);
  const segmentSeconds = hls?.segmentSeconds ?? mp4KeySeconds;
  const picture = (
    folder: string,
    { size, auto }: PlannedRung,
    codec: VideoCodec,
    range: VideoRange = 'SDR',
  ): PictureTrack => ({
    folder,
    range,
    target: {
      size,
      frameRate,
      keyFrames: segmentFrames(frameRate, segmentSeconds),
      maxKbps: maxBitrateKbps(size, frameRate, codec),
      ...(auto && { auto }),
    },
    encoder: encoderOf(codec, size, range),
  });
  const sound = (folder: string, normalize = false): SoundTrack | null =>
    audio && { folder, audio, normalize };

  const codec = hls?.codec ?? 'h264';
  const wanted = ladder?.rungs ?? (hls ? chooseLadder(video, hls.heights).map((size) => ({ size })) : []);
  const range = hls?.hdr === 'keep' ? rangeOf(video) : 'SDR';
  // SDR comes first, for players that ignore the range and take the first match.
  const rungs = [
    ...wanted.map((rung) => picture(folderOf(rung), rung, codec)),
    ...(range === 'SDR' ? [] : wanted.map((rung) => picture(`${folderOf(rung)}-hdr`, rung, codec, range))),
  ];
  const streamSound = hls ? sound('audio', hls.normalize) : null;
  const ofStream = hls ? { spec: hls, rungs, sound: streamSound, ladder } : null;
  if (!mp4)
    return { pictures: rungs, sounds: present(streamSound), segmentSeconds, hls: ofStream, mp4: null };

  const size = fitShortSide(video, mp4.height);
  // A stream published early is encrypted before the MP4 is assembled, so the two cannot share tracks.
  const shares = !(hls?.encryption && hls.firstPlayable);
  const same = shares && codec === 'h264' && rungs.find(({ target }) => isSame(target.size, size));
  const filePicture = same || picture('file', { size }, 'h264');
  const fileSound =
    shares && streamSound?.normalize === (mp4.normalize ?? false)
      ? streamSound
      : sound('file-audio', mp4.normalize);
  return {
    pictures: same ? rungs : [...rungs, filePicture],
    sounds: fileSound === streamSound ? present(streamSound) : present(streamSound, fileSound),
    segmentSeconds,
    hls: ofStream,
    mp4: { spec: mp4, picture: filePicture, sound: fileSound },
  };
}

/** The dynamic range of a source. */
function rangeOf({ hdr, colours: { transfer } }: VideoFacts): VideoRange {
  if (!hdr) return 'SDR';
  return transfer === 'smpte2084' ? 'PQ' : 'HLG';
}

const folderOf = ({ size: { width, height } }: PlannedRung) => `${Math.min(width, height)}p`;
const isSame = (one: Size, other: Size) => one.width === other.width && one.height === other.height;
const present = (...sounds: (SoundTrack | null)[]) => sounds.filter((sound) => sound !== null);
