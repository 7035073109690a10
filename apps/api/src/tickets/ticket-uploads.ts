import { presignUrlV4, signPolicyV1, signPolicyV4, type OssCredentials } from '#oss';
import type { Config } from '#runtime';
import type { Ticket } from '#uploads';
import type { TicketCallback } from './ticket-callback.js';

/** A form that a browser posts: all fields, then `file`. */
export interface TicketForm {
  url: string;
  method: 'POST';
  fields: Record<string, string>;
}

/** A request that a client sends with exactly these headers and the file as its body. */
export interface TicketPut {
  url: string;
  method: 'PUT';
  headers: Record<string, string>;
}

type Settings = Config<'oss'>['oss'];

interface Permission {
  ticket: Ticket;
  callback: TicketCallback;
  /** Custom variables, including the `x:` prefix. */
  variables: Readonly<Record<string, string>>;
  now: Date;
}

/** Without it, the holder of a ticket could overwrite the upload any number of times. */
const forbidOverwrite = { 'x-oss-forbid-overwrite': 'true' };

/**
 * Signs a form whose policy pins every relevant field. OSS accepts fields that no condition names,
 * but our callback template does not read them. `x-oss-content-type` takes precedence over the type
 * of the file part.
 */
export function signForm(
  settings: Settings,
  { ticket, callback, variables, now }: Permission,
  version: 'v1' | 'v4',
): TicketForm {
  const types = ticket.contentTypes ?? [];
  const [firstType] = types;
  const pinned: Record<string, string> = {
    key: ticket.objectKey,
    success_action_status: '200',
    callback: callback.callback,
    ...variables,
    ...(ticket.overwrite ? {} : forbidOverwrite),
  };
  const request = {
    ...credentialsOf(settings),
    bucket: ticket.bucket,
    region: settings.region,
    expiresAt: ticket.expiresAt,
    now,
    conditions: [
      ['content-length-range', 1, Number(ticket.maxBytes)],
      ...Object.entries(pinned).map(([name, value]) => ['eq', `$${name}`, escapeDollar(value)]),
      ...(types.length > 0 ? [['in', '$x-oss-content-type', types.map(escapeDollar)]] : []),
      // Only the owner may make objects public or store them where a worker cannot read them
      // immediately.
      ['not-in', '$x-oss-object-acl', ['public-read', 'public-read-write']],
      ['not-in', '$x-oss-storage-class', ['Archive', 'ColdArchive', 'DeepColdArchive']],
    ],
  };
  const signed = version === 'v1' ? signPolicyV1(request) : signPolicyV4(request);
  const fields: Record<string, string> = { ...pinned, ...signed };
  if (firstType !== undefined) fields['x-oss-content-type'] = firstType;
  return { url: formUrl(settings, ticket.bucket), method: 'POST', fields };
}

/**
 * Signs a PUT of the object. The signature always includes the content type: a URL signed without
 * one breaks if the browser adds one. OSS cannot limit the size of a signed PUT.
 */
export function signPut(settings: Settings, { ticket, callback, now }: Permission): TicketPut {
  const headers = {
    'content-type': ticket.contentTypes?.[0] ?? 'application/octet-stream',
    ...(ticket.overwrite ? {} : forbidOverwrite),
  };
  const url = presignUrlV4({
    ...credentialsOf(settings),
    endpoint: publicEndpoint(settings),
    pathStyle: settings.pathStyle,
    bucket: ticket.bucket,
    objectKey: ticket.objectKey,
    region: settings.region,
    expiresInS: Math.round((ticket.expiresAt.getTime() - now.getTime()) / 1_000),
    method: 'PUT',
    query: { callback: callback.callback, 'callback-var': callback.callbackVar },
    headers,
    now,
  });
  return { url, method: 'PUT', headers };
}

/** In a policy, `\$` means `$`. */
function escapeDollar(value: string): string {
  return value.replaceAll('$', String.raw`\$`);
}

function credentialsOf(settings: Settings): OssCredentials {
  return {
    accessKeyId: settings.accessKeyId,
    accessKeySecret: settings.accessKeySecret,
    securityToken: settings.securityToken,
  };
}

function publicEndpoint(settings: Settings): URL {
  return new URL(settings.publicEndpoint ?? settings.endpoint);
}

function formUrl(settings: Settings, bucket: string): string {
  const { protocol, host } = publicEndpoint(settings);
  return settings.pathStyle ? `${protocol}//${host}/${bucket}` : `${protocol}//${bucket}.${host}/`;
}
