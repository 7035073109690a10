/** Every job, and little work in each: what is proved is that it is done, once, whatever happens on the way. */
export const pipelines = `version: 1
pipelines:
  - name: photos
    match: { kind: image }
    damaged: fail
    renditions:
      - { name: small, kind: image, width: 96, format: jpeg }
      - { name: large, kind: image, width: 240, format: jpeg }
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
