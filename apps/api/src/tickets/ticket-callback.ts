import { LandfallError } from '#runtime';

/** All variables that OSS fills in. */
const systemVariables = [
  'bucket',
  'object',
  'etag',
  'size',
  'mimeType',
  'imageInfo.height',
  'imageInfo.width',
  'imageInfo.format',
  'crc64',
  'contentMd5',
  'vpcId',
  'clientIp',
  'reqId',
  'operation',
];

/** Maximum length in base64 that OSS accepts for `callback` and for `callback-var`. */
const maxBase64Bytes = 5_120;

/** The values of `callback` and `callback-var`: base64 of JSON. */
export interface TicketCallback {
  callback: string;
  callbackVar: string;
}

/**
 * Creates the parameters that make OSS call us with all its variables and these custom ones.
 * @param publicUrl at which OSS reaches the api, without a trailing slash
 * @param variables by name, including the `x:` prefix
 * @throws LandfallError request.invalid when they are too long for OSS
 */
export function encodeCallback(
  publicUrl: string,
  variables: Readonly<Record<string, string>>,
): TicketCallback {
  const names = [...systemVariables, ...Object.keys(variables)];
  const callback = encode({
    callbackUrl: `${publicUrl}/callbacks/oss`,
    callbackBody: names.map((name) => `${name}=\${${name}}`).join('&'),
    callbackBodyType: 'application/x-www-form-urlencoded',
    // Without SNI, a TLS server with several names on one address cannot select its certificate.
    ...(publicUrl.startsWith('https:') ? { callbackSNI: true } : {}),
  });
  const callbackVar = encode(variables);
  if (callback.length > maxBase64Bytes || callbackVar.length > maxBase64Bytes)
    throw new LandfallError(
      'request.invalid',
      'vars: their total length exceeds what OSS accepts; send fewer or shorter ones',
    );
  return { callback, callbackVar };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64');
}
