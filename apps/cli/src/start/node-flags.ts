/**
 * Node's flags for every app, as in the Dockerfile; docs/performance.md has the measurements. On a machine with much
 * memory V8 lets its young generation grow beyond 100 MB before it tidies up: 8 MB a half space is enough. What lives longer
 * may almost double before it is marked: marking takes a core away from the callbacks that wait meanwhile.
 */
export const nodeFlags = ['--max-semi-space-size=8', '--heap-growing-percent=90'];
