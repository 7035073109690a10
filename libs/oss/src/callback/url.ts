import { BlockList, isIPv4 } from 'node:net';
import { invalidArgument } from '../wire/oss-refusal.js';

const maxUrls = 5;
const callbackUrl = /^(?:https?:\/\/)?([A-Za-z0-9][A-Za-z0-9.-]*)(?::(\d{1,5}))?(?:[/?][\x21-\x7e]*)?$/i;

const privateAddresses = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  privateAddresses.addSubnet(network, bits);

/**
 * Reads the URLs of `callbackUrl`: up to five, separated by `;`, with http as the default scheme.
 * @param allowPrivateHosts also accepts private addresses and single-label names, as an emulator must
 * @throws OssRefusal InvalidArgument
 */
export function readCallbackUrls(text: string, allowPrivateHosts: boolean): string[] {
  const urls = text.split(';').filter(Boolean);
  if (urls.length > maxUrls)
    throw invalidArgument('The number of callback url exceed max value.', '0007-00000005');
  return urls.map((url) => readCallbackUrl(url, allowPrivateHosts));
}

function readCallbackUrl(url: string, allowPrivateHosts: boolean): string {
  const [, host, port] = callbackUrl.exec(url) ?? [];
  const known = host !== undefined && (allowPrivateHosts || host.includes('.'));
  const full = /^https?:/i.test(url) ? url : `http://${url}`;
  if (!known || Number(port ?? 80) > 65_535 || !URL.canParse(full))
    throw invalidArgument('The callback url configuration is invalid.', '0007-00000004', {
      ArgumentName: 'callbackUrl',
      ArgumentValue: url,
    });
  if (!allowPrivateHosts && isIPv4(host) && privateAddresses.check(host))
    throw invalidArgument('Private address is forbidden to callback.', '0007-00000008');
  return full;
}
