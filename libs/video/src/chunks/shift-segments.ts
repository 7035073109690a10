import { LandfallError } from '#runtime';

/** Rejects a segment that ffmpeg wrote. */
function refuse(problem: string): never {
  throw new LandfallError('media.encoder_failed', `a segment is invalid: ${problem}`);
}

/** Position of a box of an ISO base media file (ISO/IEC 14496-12 section 4.2). */
interface BoxPlace {
  readonly type: string;
  /** Offset after size and type. */
  readonly body: number;
  readonly end: number;
}

/** Yields the boxes between two offsets, which they must fill completely. */
function* boxesBetween(bytes: Buffer, from: number, to: number): Generator<BoxPlace> {
  for (let start = from; start < to;) {
    if (start + 8 > to) refuse(`${to - start} bytes follow its last box`);
    const short = bytes.readUInt32BE(start);
    const type = bytes.toString('latin1', start + 4, start + 8);
    if (short === 1 && start + 16 > to) refuse(`the header of box ${type} is truncated`);
    const size = short === 1 ? Number(bytes.readBigUInt64BE(start + 8)) : short === 0 ? to - start : short;
    const body = start + (short === 1 ? 16 : 8);
    const end = start + size;
    if (end < body || end > to) refuse(`the box ${type} states ${size} bytes, but ${to - start} follow`);
    yield { type, body, end };
    start = end;
  }
}

/** Adds ticks to a timestamp, which has 32 bits in version 0 of a box and 64 bits in later versions. */
function addToTime(bytes: Buffer, { type, body, end }: BoxPlace, place: number, ticks: bigint): void {
  const isLong = end > body && bytes.readUInt8(body) > 0;
  if (place + (isLong ? 8 : 4) > end) refuse(`the box ${type} is too short`);
  const time = (isLong ? bytes.readBigUInt64BE(place) : BigInt(bytes.readUInt32BE(place))) + ticks;
  if (time < 0n || time >= 1n << (isLong ? 64n : 32n)) refuse(`the box ${type} cannot hold the time ${time}`);
  if (isLong) bytes.writeBigUInt64BE(time, place);
  else bytes.writeUInt32BE(Number(time), place);
}

/**
 * Shifts a segment of a fragmented MP4 in time, in place: the decode time of its fragments (`tfdt`, section 8.8.12) and the
 * presentation time in its index (`sidx`, 8.16.3).
 *
 * @param ticks in the time scale of the track
 * @throws `media.encoder_failed` if it is not a complete segment, or a time does not fit; the bytes may then be partly changed
 */
export function shiftSegment(bytes: Buffer, ticks: bigint): void {
  let fragments = 0;
  for (const box of boxesBetween(bytes, 0, bytes.length)) {
    // The time follows version, flags, track ID and time scale.
    if (box.type === 'sidx') addToTime(bytes, box, box.body + 12, ticks);
    if (box.type !== 'moof') continue;
    for (const track of boxesBetween(bytes, box.body, box.end)) {
      if (track.type !== 'traf') continue;
      for (const part of boxesBetween(bytes, track.body, track.end)) {
        if (part.type !== 'tfdt') continue;
        addToTime(bytes, part, part.body + 4, ticks);
        fragments += 1;
      }
    }
  }
  if (fragments === 0) refuse('it contains no fragment with a decode time');
}
