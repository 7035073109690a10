import { expect, test } from 'vitest';
import { errorOfComplaints, hideSource, refuseTruncated } from './ffmpeg-errors.js';

const url = 'https://bucket.oss.example.com/a b.mp4?Expires=1&Signature=sesame';

test.each([
  ['https://bucket.oss.example.com/x.mp4?Signature=sesame: 403 Forbidden'],
  ["[http @ 0x1] Opening 'http://user:sesame@bucket.oss.example.com:80/x?y' for reading"],
  [`${url}: Input/output error`],
])('%s is told without its secret', (line) => {
  const reported = hideSource(line, url);
  expect(reported).not.toContain('sesame');
  expect(reported).not.toContain('example.com');
});

test('of a path only the name is told', () => {
  expect(hideSource("Error opening '/scratch/worker-1/job-2/720p/init.mp4' for writing", '/in.mp4')).toBe(
    "Error opening 'init.mp4' for writing",
  );
});

test('the last lines are kept with the error, within bounds', () => {
  const complaints = Array.from({ length: 100 }, (_, line) => `line ${line} ${'ä'.repeat(80)}`);
  const { context } = errorOfComplaints(complaints, '/in.mp4', 'media.encoder_failed');
  const log = String(context['log']);
  expect(Buffer.byteLength(log)).toBeLessThanOrEqual(4_096);
  expect(log.split('\n').length).toBeLessThanOrEqual(40);
  expect(log).toContain('line 99');
});

test('an address in memory is not told', () => {
  expect(hideSource('[mov,mp4 @ 0x55d4e827f0c0] partial file', '/in.mp4')).toBe('[mov,mp4] partial file');
});

test('a local path is told as input, and control characters not at all', () => {
  expect(hideSource('file:/scratch/7/in.mp4: \u001b[31mbad', '/scratch/7/in.mp4')).toBe(
    'file:input:  [31mbad',
  );
});

const proxy = 'http://127.0.0.1:4711/8c1f';

test.each([
  ['/in.mp4', 'av_interleaved_write_frame(): No space left on device', 'media.scratch_full'],
  ['/in.mp4', 'moov atom not found', 'media.damaged'],
  ['/in.mp4', "Format not on whitelist 'mov'", 'media.unsupported'],
  ['/in.mp4', "Unknown encoder 'libx264'", 'media.encoder_missing'],
  ['/in.mp4', 'Input/output error', 'media.encoder_failed'],
  ['/in.mp4', 'never heard of this', 'media.encoder_failed'],
  ['/in.mp4', 'Cannot allocate memory', 'media.too_complex'],
  ['/in.mp4', 'out.mp4: File too large', 'media.output_too_large'],
  [proxy, 'Server returned 5XX Server Error reply', 'storage.unavailable'],
  [proxy, 'Connection refused', 'storage.unavailable'],
  [proxy, 'Input/output error', 'media.damaged'],
  [proxy, 'moov atom not found', 'media.damaged'],
  ['http://127.0.0.1.example.com/', 'Connection refused', 'media.encoder_failed'],
])('of %s: %s', (source, complaint, code) => {
  expect(errorOfComplaints([complaint], source, 'media.encoder_failed')).toMatchObject({ code });
});

test('a file that ends early is used where that is wanted, a range proxy that ended is not', () => {
  const ends = ['[matroska] File ended prematurely'];
  const refuse = (complaints: string[], source: string, isUsed: boolean) => () =>
    refuseTruncated(complaints, source, isUsed);
  expect(refuse(ends, '/in.mkv', false)).toThrow(expect.objectContaining({ code: 'media.damaged' }));
  expect(refuse(ends, '/in.mkv', true)).not.toThrow();
  expect(refuse([], '/in.mkv', false)).not.toThrow();
  expect(refuse([...ends, 'Connection reset by peer'], proxy, true)).toThrow(
    expect.objectContaining({ code: 'storage.unavailable' }),
  );
});
