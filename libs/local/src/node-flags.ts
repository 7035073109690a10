/**
 * Node's flags for the api, as in the Dockerfile; decision 38 has the measurements. One thread tidies
 * up: V8's helpers would take the core on which Postgres commits, and while another process keeps a
 * helper from running, all callbacks wait for it. With 16 MB a half space most requests end before
 * they would move to the old generation.
 */
export const nodeFlags = ['--single-threaded-gc', '--max-semi-space-size=16'];

/**
 * Those of a worker, as in docker-compose.yml, and of the emulator. They stream large files: each chunk of 64 KB is garbage at
 * once, but V8 counts only the small object that names it, and tidies up by that. A small young generation has it tidy up in time.
 */
export const workerFlags = ['--max-semi-space-size=1', '--heap-growing-percent=90'];
