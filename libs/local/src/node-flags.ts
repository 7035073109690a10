/**
 * Node's flags for the api, as in the Dockerfile; decisions 38 and 44 have the measurements. Young
 * objects are tidied up by one thread: while another process keeps a helper of V8 from running, all
 * callbacks would wait for it. What no callback waits for stays with the helpers: to mark old objects,
 * and to free the buffers of bodies. With 16 MB a half space most requests end before they would move
 * to the old generation.
 */
export const nodeFlags = ['--no-parallel-scavenge', '--max-semi-space-size=16'];

/**
 * Those of a worker, as in docker-compose.yml, and of the emulator. They stream large files: each chunk of 64 KB is garbage at
 * once, but V8 counts only the small object that names it, and tidies up by that. A small young generation has it tidy up in time.
 */
export const workerFlags = ['--max-semi-space-size=1', '--heap-growing-percent=90'];
