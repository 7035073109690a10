import { randomUUID } from 'node:crypto';
import { OssRefusal } from '#oss';
import type { EmulatorState } from '../state/emulator-state.js';
import type { BucketAddress } from '../wire/bucket-address.js';
import type { Exchange } from '../wire/exchange.js';
import { readText } from '../wire/read-body.js';
import { send } from '../wire/responses.js';
import { ownNamespace } from '../wire/own-namespace.js';
import { writeXml, type XmlElement } from '../wire/xml.js';
import { assumeRole } from './assume-role.js';
import { verifyRpc } from './rpc-signature.js';
import { stsRefusal } from './sts-refusal.js';

const maxRequestBytes = 64 * 1024;

/**
 * Whether a request is for STS: at `/-/sts` or, for clients that cannot set a path, at `/` of the service or of a
 * host `sts.…`.
 */
export function isStsRequest(
  { rawPath, query, method, headers }: Exchange,
  address: BucketAddress | undefined,
): boolean {
  if (address?.bucket === ownNamespace) return /^sts\/?$/.test(address.objectKey);
  if (rawPath !== '/' || !['', 'sts'].includes(address?.bucket ?? '')) return false;
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '');
  return query['Action'] !== undefined || (method === 'POST' && isForm);
}

/** Answers like Alibaba Cloud's STS, in the RPC style of version 2015-04-01. Its only action is AssumeRole. */
export async function answerSts(exchange: Exchange, state: EmulatorState): Promise<void> {
  const requestId = randomUUID().toUpperCase();
  let format = exchange.query['Format'];
  const answer = (status: number, root: string, content: XmlTree) => {
    const isJson = format?.toUpperCase() === 'JSON';
    const body = isJson ? JSON.stringify(content) : writeXml([root, elementsOf(content)]);
    send(exchange, status, { 'content-type': isJson ? 'application/json' : 'text/xml' }, body);
  };
  try {
    const parameters = await readParameters(exchange);
    format = parameters['Format'];
    if (parameters['Action'] !== 'AssumeRole')
      throw stsRefusal(
        404,
        'InvalidAction.NotFound',
        'Specified api is not found, please check your url and method.',
      );
    verifyRpc(exchange.method, parameters, state.keys);
    answer(200, 'AssumeRoleResponse', { RequestId: requestId, ...assumeRole(parameters, state.keys) });
  } catch (error) {
    if (!(error instanceof OssRefusal)) throw error;
    const { status, code: Code, message: Message } = error;
    state.logger.info({ requestId: exchange.requestId, status, code: Code }, Message);
    answer(status, 'Error', { RequestId: requestId, HostId: exchange.host, Code, Message });
  }
}

interface XmlTree {
  readonly [name: string]: string | XmlTree;
}

function elementsOf(tree: XmlTree): XmlElement[] {
  return Object.entries(tree).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : elementsOf(value),
  ]);
}

/** Reads the parameters from the query and, for POST, from the form. */
async function readParameters(exchange: Exchange): Promise<Record<string, string>> {
  if (exchange.method === 'GET') return { ...exchange.query };
  if (exchange.method !== 'POST')
    throw stsRefusal(405, 'UnsupportedHTTPMethod', 'This http method is not supported.');
  const form = new URLSearchParams(await readText(exchange, maxRequestBytes));
  return { ...exchange.query, ...Object.fromEntries(form) };
}
