/**
 * Node's flags for the api, as in the Dockerfile; docs/performance.md has the measurements. On a machine with much
 * memory V8 lets its young generation grow beyond 100 MB before it tidies up: 8 MB a half space is enough. What lives longer
 * may almost double before it is marked: marking takes a core away from the callbacks that wait meanwhile.
 */
export const nodeFlags = ['--max-semi-space-size=8', '--heap-growing-percent=90'];

/**
 * Those of a worker, as in docker-compose.yml, and of the emulator. They stream large files: each chunk of 64 KB is garbage at
 * once, but V8 counts only the small object that names it, and tidies up by that. A small young generation has it tidy up in time.
 */
export const workerFlags = ['--max-semi-space-size=1', '--heap-growing-percent=90'];
