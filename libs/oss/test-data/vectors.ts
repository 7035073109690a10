import { readFileSync } from 'node:fs';

/** Facts about OSS, checked against its own documentation and SDKs; each entry names its source. */
export interface SignatureVector {
  id: string;
  scheme: 'V1' | 'V2' | 'V4';
  place: 'header' | 'url' | 'string-to-sign-only';
  clock?: string;
  credentials: { accessKeyId: string; accessKeySecret: string };
  bucket: string;
  key: string;
  request: { method: string; url: string; headers: Record<string, string> };
  stringToSign: string;
  signature: string;
  scope: string;
  additionalHeaders: string[];
  canonicalRequest: string;
  canonicalQueryVariant?: string;
  expires?: string;
}

interface CallbackVector {
  id: string;
  key: 'production' | 'rsa512' | 'rsa2048';
  target: string;
  body: string;
  authorization: string;
  stringToSign: string;
}

interface CallbackVectors {
  productionKey: { publicKeyPem: string };
  testKeys: Record<'rsa512' | 'rsa2048', { publicKeyPem: string; privateKeyPem: string }>;
  real: CallbackVector[];
  made: CallbackVector[];
  negative: CallbackVector[];
  ambiguous: (CallbackVector & { authorizationKeepPlus: string; authorizationPlusAsSpace: string })[];
  pubKeyUrlChecks: { url: string; headerValue: string; accept: boolean }[];
}

interface ParameterVectors {
  cases: {
    id: string;
    callback: string;
    callbackVar?: string;
    expect: {
      ok?: true;
      urls?: string[];
      bodyType?: string;
      sni?: boolean;
      status?: number;
      code?: string;
      message?: string;
      ec?: string;
      argumentName?: string;
      argumentValue?: string;
    };
  }[];
  rendering: {
    id: string;
    type: string;
    template: string;
    vars: Record<string, string | number>;
    body: string;
  }[];
}

interface PolicyVectors {
  signed: {
    id: string;
    scheme: 'V1' | 'V4';
    credentials: { accessKeyId: string; accessKeySecret: string };
    policyJson: string;
    fields: Record<string, string>;
  }[];
  conditions: {
    conditions: unknown[];
    fields: Record<string, string>;
    bucket: string;
    size: number;
    ok: boolean;
    status?: number;
    code?: string;
    messageStartsWith?: string;
  }[];
}

interface ChecksumVectors {
  etags: ({ kind: 'single'; body: string; etag: string } | { kind: 'multipart'; parts: string[]; etag: string })[];
  crc64: { input: string; crc64: string }[];
  continuationTokens: { lastKey: string; token: string }[];
}

interface EventVectors {
  smqPush: { publicKeySpkiBase64: string; target: string; headers: Record<string, string> };
  messages: Record<'smqPutObject' | 'eventBridgePutObject', Record<string, unknown>>;
}

interface Vectors {
  'request-signatures': SignatureVector[];
  'callback-signatures': CallbackVectors;
  'callback-parameters': ParameterVectors;
  'post-policies': PolicyVectors;
  checksums: ChecksumVectors;
  events: EventVectors;
}

export function readVectors<Name extends keyof Vectors>(name: Name): Vectors[Name] {
  return JSON.parse(readFileSync(new URL(`${name}.json`, import.meta.url), 'utf8')) as Vectors[Name];
}
