import { useLoaded } from '../../parts/use-loaded.js';
import { words } from '../shown/upload-words.js';

const columns = 600;
const height = 80;
/** Above the size of any waveform that Landfall makes. */
const peaksAtMost = 1_000_000;

/** The loudness of a sound over time, from peaks in audiowaveform's format. */
export function Waveform({ url, name }: { url: string; name: string }) {
  const address = new URL(url);
  const { value: path, problem } = useLoaded(
    async (signal) => {
      const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(20_000)]) });
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      return pathOf(await answer.json());
    },
    [address.pathname],
  );
  return (
    <div class="upload-waveform">
      <svg viewBox={`0 0 ${columns} ${height}`} preserveAspectRatio="none" role="img" aria-label={name}>
        {path !== undefined && <path d={path} />}
      </svg>
      {problem !== null && <small>{words.value.notLoaded}</small>}
    </div>
  );
}

/** An SVG path from the lowest to the highest sample of each column. */
function pathOf(waveform: unknown): string {
  const { data, bits } = waveform as { data?: unknown; bits?: unknown };
  if (!Array.isArray(data) || data.length > peaksAtMost || !data.every((one) => typeof one === 'number'))
    throw new Error('not a waveform');
  const samples = data as number[];
  const full = bits === 16 ? 32_768 : 128;
  const peaks = samples.length / 2;
  const drawn = Math.min(columns, peaks);
  const y = (sample: number) => (height / 2) * (1 - sample / full);
  const lines = Array.from({ length: drawn }, (_, column) => {
    const from = Math.floor((column * peaks) / drawn) * 2;
    const to = Math.max(from + 2, Math.floor(((column + 1) * peaks) / drawn) * 2);
    let [low, high] = [0, 0];
    for (let at = from; at < to; at += 2) {
      low = Math.min(low, samples[at] ?? 0);
      high = Math.max(high, samples[at + 1] ?? 0);
    }
    const x = ((column + 0.5) * columns) / drawn;
    return `M${x.toFixed(1)} ${y(high).toFixed(1)}V${(y(low) + 0.5).toFixed(1)}`;
  });
  return lines.join('');
}
