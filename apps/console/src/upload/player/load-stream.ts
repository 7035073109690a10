import { authorization } from '../../session/session.js';

/** One quality of a stream. */
interface Quality {
  readonly id: number;
  readonly height: number | null;
  readonly bandwidth: number;
}

export interface Stream {
  readonly qualities: readonly Quality[];
  /** Switches to this quality; null means adaptive. */
  choose(id: number | null): void;
  close(): Promise<void>;
}

/**
 * Plays an HLS or DASH stream in a video element. The player library is loaded on first use.
 * @throws Error with the error code of the player
 */
export async function loadStream(
  video: HTMLVideoElement,
  url: string,
  { onFailure, signal }: { onFailure: (problem: Error) => void; signal: AbortSignal },
): Promise<Stream> {
  const { default: shaka } = await import('shaka-player/dist/shaka-player.compiled-es2021.js');
  signal.throwIfAborted();
  const player = new shaka.Player();
  const close = async () => {
    await player.destroy();
  };
  try {
    await player.attach(video);
    player.addEventListener('error', (event) =>
      onFailure(failureOf((event as unknown as CustomEvent).detail)),
    );
    // The keys of encrypted streams require an API key; a signed link is not enough.
    player.getNetworkingEngine()?.registerRequestFilter((_type, request) => {
      const [uri = ''] = request.uris;
      const { origin, pathname } = new URL(uri, location.href);
      if (origin === location.origin && /^\/v1\/streams\/.+\/key$/.test(pathname))
        request.headers['authorization'] = authorization();
    });
    await player.load(url);
  } catch (error) {
    await close();
    throw failureOf(error);
  }
  const tracks = player
    .getVariantTracks()
    .sort((one, other) => (other.height ?? 0) - (one.height ?? 0) || other.bandwidth - one.bandwidth);
  return {
    qualities: tracks.map(({ id, height, bandwidth }) => ({ id, height, bandwidth })),
    choose(id) {
      player.configure({ abr: { enabled: id === null } });
      const chosen = tracks.find((track) => track.id === id);
      if (chosen) player.selectVariantTrack(chosen, true);
    },
    close,
  };
}

function failureOf(error: unknown): Error {
  const { code } = error as { code?: unknown };
  return new Error(code === undefined ? String(error) : `shaka ${String(code)}`);
}
