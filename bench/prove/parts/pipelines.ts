/**
 * Covers every job except those of long videos, with little work in each: the run tests that jobs are done exactly
 * once, not how fast they are.
 */
export const pipelines = `version: 1
pipelines:
  - name: late-photos # one of ten, for the jobs that make what takes long
    match: { kind: image, key: photo/*0.jpg }
    damaged: fail
    renditions:
      - { name: small, kind: image, width: 96, format: jpeg }
      - { name: late, kind: image, width: 32, format: avif, effort: 0 }
  - name: photos
    match: { kind: image }
    damaged: fail
    renditions:
      - { name: small, kind: image, width: 96, format: jpeg }
  - name: films
    match: { kind: video }
    renditions:
      - { name: poster, kind: poster, width: 160, format: jpeg }
      - { name: download, kind: mp4, height: 144 }
  - name: sounds
    match: { kind: audio }
    renditions:
      - { name: audio, kind: audio, codec: aac, bitrateKbps: 64 }
`;
