/** Variables by which third-party programs, their libraries and hardware encoders are found; none of our settings. */
const needed = [
  'PATH',
  'LD_LIBRARY_PATH',
  'LIBVA_DRIVER_NAME',
  'LIBVA_DRIVERS_PATH',
  'CUDA_VISIBLE_DEVICES',
  'NVIDIA_VISIBLE_DEVICES',
  'NVIDIA_DRIVER_CAPABILITIES',
  'ONEVPL_SEARCH_PATH',
];

/** The environment for programs that read untrusted bytes: it contains no secrets, proxies or settings of ours. */
export function sandboxEnvironment(): Record<string, string> {
  const given = needed.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { PATH: '/usr/local/bin:/usr/bin:/bin', ...Object.fromEntries(given), LC_ALL: 'C' };
}
