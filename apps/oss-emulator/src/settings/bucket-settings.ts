import { OssRefusal, invalidArgument } from '#oss';
import type { AddressedExchange } from '../wire/exchange.js';
import { refusal } from '../wire/refusals.js';
import { readXml, recordOf, writeXml, type XmlElement } from '../wire/xml.js';
import { readCorsRoot } from './cors-rules.js';
import { checkLifecycle } from './lifecycle-rules.js';
import { settingOperations } from './stored-setting.js';
import { childrenOf, choiceOf, elementsOf, invalidValue, textOf, textsOf } from '../wire/xml-values.js';

const notFound = (code: string, message: string) => () => new OssRefusal(404, code, message);
const truth = ['true', 'false'];

/** CORS rules, applied to requests with an Origin header. */
export const cors = settingOperations({
  name: 'cors',
  root: 'CORSConfiguration',
  check: readCorsRoot,
  complete: (text) =>
    text.includes('<ResponseVary>')
      ? text
      : text.replace('</CORSConfiguration>', '<ResponseVary>false</ResponseVary>$&'),
  unset: notFound('NoSuchCORSConfiguration', 'The CORS Configuration does not exist.'),
});

export const lifecycle = settingOperations({
  name: 'lifecycle',
  root: 'LifecycleConfiguration',
  check: checkLifecycle,
  unset: notFound('NoSuchLifecycle', 'No Row found in Lifecycle Table.'),
});

export const referer = settingOperations({
  name: 'referer',
  root: 'RefererConfiguration',
  check(root) {
    choiceOf(root, 'AllowEmptyReferer', truth);
    // An empty list is parsed as an empty string.
    for (const name of ['RefererList', 'RefererBlacklist'])
      for (const list of elementsOf(root, name)) if (list !== '') textsOf(recordOf(list), 'Referer');
  },
  complete: (text) =>
    text.includes('<AllowTruncateQueryString>')
      ? text
      : text.replace('</AllowEmptyReferer>', '$&<AllowTruncateQueryString>true</AllowTruncateQueryString>'),
  unset:
    '<RefererConfiguration><AllowEmptyReferer>true</AllowEmptyReferer><AllowTruncateQueryString>true</AllowTruncateQueryString><RefererList></RefererList></RefererConfiguration>',
});

export const logging = settingOperations({
  name: 'logging',
  root: 'BucketLoggingStatus',
  check(root, _, { buckets }) {
    const [enabled] = childrenOf(root, 'LoggingEnabled');
    if (!enabled) return;
    const target = textOf(enabled, 'TargetBucket') ?? '';
    if (!buckets.list().some(({ name }) => name === target))
      throw new OssRefusal(
        400,
        'InvalidTargetBucketForLogging',
        'The target bucket for logging does not exist, is not owned by you, or does not have the appropriate grants for the log-delivery group.',
        { facts: { TargetBucket: target.slice(0, 100) } },
      );
    textOf(enabled, 'TargetPrefix');
  },
  unset: '<BucketLoggingStatus></BucketLoggingStatus>',
});

export const website = settingOperations({
  name: 'website',
  root: 'WebsiteConfiguration',
  check(root) {
    const [index] = childrenOf(root, 'IndexDocument');
    const [error] = childrenOf(root, 'ErrorDocument');
    if (!index && !error && root['RoutingRules'] === undefined) throw refusal('MalformedXML');
    const suffix = index && textOf(index, 'Suffix');
    if (index && (!suffix || suffix.includes('/')))
      throw invalidValue('Suffix', suffix ?? '', 'The index document is not valid.');
    if (error && !textOf(error, 'Key')) throw invalidValue('Key', '', 'The error document is not valid.');
  },
  unset: notFound(
    'NoSuchWebsiteConfiguration',
    'The specified bucket does not have a website configuration.',
  ),
});

export const encryption = settingOperations({
  name: 'encryption',
  root: 'ServerSideEncryptionRule',
  check: checkEncryption,
  unset: notFound(
    'NoSuchServerSideEncryptionRule',
    'The server side encryption configuration was not found.',
  ),
});

/** @throws OssRefusal MalformedXML, InvalidEncryptionAlgorithmError, InvalidArgument */
function checkEncryption(root: Record<string, unknown>): void {
  const [byDefault] = childrenOf(root, 'ApplyServerSideEncryptionByDefault');
  if (!byDefault) throw refusal('MalformedXML');
  const algorithm = textOf(byDefault, 'SSEAlgorithm') ?? '';
  if (!['AES256', 'KMS', 'SM4'].includes(algorithm))
    throw new OssRefusal(
      400,
      'InvalidEncryptionAlgorithmError',
      'The Encryption request you specified is not valid. Supported value: AES256/SM4/KMS.',
    );
  const keyId = textOf(byDefault, 'KMSMasterKeyID');
  if (keyId && algorithm !== 'KMS')
    throw invalidValue(
      'KMSMasterKeyID',
      keyId,
      'KMSMasterKeyID is not applicable if the algorithm is not KMS.',
    );
}

/**
 * The encryption rule in the headers of a request, as XML; undefined if there is none.
 * @throws OssRefusal
 */
export function encryptionOfHeaders(headers: AddressedExchange['headers']): string | undefined {
  const algorithm = headers['x-oss-server-side-encryption'];
  if (algorithm === undefined) return undefined;
  const names = {
    SSEAlgorithm: algorithm,
    KMSMasterKeyID: headers['x-oss-server-side-encryption-key-id'],
    KMSDataEncryption: headers['x-oss-server-side-data-encryption'],
  };
  const elements = Object.entries(names).flatMap(([name, value]): XmlElement[] =>
    value === undefined ? [] : [[name, value]],
  );
  const text = writeXml(['ServerSideEncryptionRule', [['ApplyServerSideEncryptionByDefault', elements]]]);
  checkEncryption(readXml(text, 'ServerSideEncryptionRule'));
  return text;
}

export const requestPayment = settingOperations({
  name: 'requestPayment',
  root: 'RequestPaymentConfiguration',
  check: (root) => choiceOf(root, 'Payer', ['BucketOwner', 'Requester']),
  unset: '<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>',
});

export const transferAcceleration = settingOperations({
  name: 'transferAcceleration',
  root: 'TransferAccelerationConfiguration',
  check: (root) => choiceOf(root, 'Enabled', truth),
  unset: notFound(
    'NoSuchTransferAccelerationConfiguration',
    'The bucket you specified does not have transfer acceleration configuration.',
  ),
});

/** The storage quota of a bucket, which is not enforced. */
export const qos = settingOperations({
  name: 'qos',
  root: 'BucketUserQos',
  check(root) {
    const capacity = textOf(root, 'StorageCapacity') ?? '';
    if (!/^(-1|\d{1,15})$/.test(capacity))
      throw invalidValue('StorageCapacity', capacity, 'StorageCapacity must be -1 or a number of GB.');
  },
  unset: '<BucketUserQos><StorageCapacity>-1</StorageCapacity></BucketUserQos>',
});

export const accessMonitor = settingOperations({
  name: 'accessmonitor',
  root: 'AccessMonitorConfiguration',
  check: (root) => choiceOf(root, 'Status', ['Enabled', 'Disabled']),
  unset: '<AccessMonitorConfiguration><Status>Disabled</Status></AccessMonitorConfiguration>',
});

export const resourceGroup = settingOperations({
  name: 'resourceGroup',
  root: 'BucketResourceGroupConfiguration',
  check(root) {
    if (!textOf(root, 'ResourceGroupId')) throw invalidArgument('The resource group id is not valid.');
  },
  unset:
    '<BucketResourceGroupConfiguration><ResourceGroupId>rg-default-id</ResourceGroupId></BucketResourceGroupConfiguration>',
});

type Settings = Readonly<Record<string, string>>;

/** The access monitor status: `Enabled` or `Disabled`. */
export function accessMonitorStatus({ accessmonitor: text }: Settings): string {
  return (text && textOf(readXml(text, 'AccessMonitorConfiguration'), 'Status')) ?? 'Disabled';
}

/** The default encryption of a bucket, as GetBucketInfo reports it. */
export function encryptionElements({ encryption: text }: Settings): XmlElement[] {
  if (text === undefined) return [['SSEAlgorithm', 'None']];
  const [byDefault = {}] = childrenOf(
    readXml(text, 'ServerSideEncryptionRule'),
    'ApplyServerSideEncryptionByDefault',
  );
  return ['SSEAlgorithm', 'KMSMasterKeyID', 'KMSDataEncryption'].flatMap((name): XmlElement[] => {
    const value = textOf(byDefault, name);
    return value ? [[name, value]] : [];
  });
}
