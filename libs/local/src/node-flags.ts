/**
 * Node flags of the api, as in the Dockerfile; decisions 38 and 44 have the measurements. Scavenges
 * run on one thread: with parallel helpers, all callbacks would wait whenever another process keeps a
 * helper from running. Concurrent marking and freeing of buffers stay with the helpers, because no
 * callback waits for them. With 16 MB semi-spaces, most requests end before their objects are promoted.
 */
export const nodeFlags = ['--no-parallel-scavenge', '--max-semi-space-size=16'];

/**
 * Node flags of workers, as in docker-compose.yml, and of the emulator. They stream large files: every 64 KB chunk is garbage
 * at once, but V8 schedules scavenges by the small wrapper objects alone. A small young generation frees the chunks in time.
 */
export const workerFlags = ['--max-semi-space-size=1', '--heap-growing-percent=90'];
