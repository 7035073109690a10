/**
 * playlists: HLS playlists, DASH manifests and WebVTT as text: writes them and replaces the addresses in them with signed ones.
 * Pure.
 *
 * Does not belong here: the contents of the files they refer to (video), and who may read them (the api).
 */
export { cleanCues } from './clean-cues.js';
export { writeManifest } from './dash-manifest.js';
export { type GrowingPiece, type GrowingStream, writeGrowing } from './growing-stream.js';
export {
  languageTag,
  type Rung,
  type Sound,
  type StreamParts,
  type Subtitles,
  writeMasterPlaylist,
} from './master-playlist.js';
export { type Encryption, type Listed, ratesOf, secondsOf, writeMediaPlaylist } from './media-playlist.js';
export { namingFile } from './naming-files.js';
export { writeCues } from './storyboard-cues.js';
export { masterPath, playlistIn, type Segment, type Track } from './track.js';
