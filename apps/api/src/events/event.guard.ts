import type { KeyObject } from 'node:crypto';
import {
  certHostsOf,
  checkEventBridgePush,
  checkSmqPush,
  type EventHeaders,
  type EventSender,
  eventSenderOf,
  hasEventBridgeToken,
  readCertUrl,
  verifyEventBridgePush,
  verifySmqPush,
} from '#oss';
import { LandfallError } from '#runtime';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Problems, SecuredBy } from '../contract/problems.js';
import { type ApiConfig, configToken, type PublicUrl, publicUrlToken } from '../tokens.js';
import { EventCertificates } from './event-certificates.js';
import { bodyOf, headersOf } from './event-push.js';

/**
 * Accepts a push only from a sender in EVENTS_ACCEPT that authenticates: with the static token of
 * EventBridge if EVENTS_TOKENS is set, otherwise with a signature that a key from an allowed host
 * verifies.
 */
@SecuredBy('eventSignature')
@Problems(
  'event.sender_forbidden',
  'event.token_invalid',
  'event.signature_missing',
  'event.signature_malformed',
  'event.signature_mismatch',
  'event.expired',
  'event.body_mismatch',
  'event.cert_url_missing',
  'event.cert_url_malformed',
  'event.cert_host_forbidden',
  'event.cert_unavailable',
)
@Injectable()
export class EventGuard implements CanActivate {
  constructor(
    @Inject(EventCertificates) private readonly certificates: EventCertificates,
    @Inject(configToken) private readonly config: ApiConfig,
    @Inject(publicUrlToken) private readonly publicUrl: PublicUrl,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const headers = headersOf(request);
    const sender = this.acceptedSender(headers);
    if (sender === 'eventbridge' && this.config.events.tokens.length > 0) return this.checkToken(headers);
    // Cheap checks come before fetching a certificate.
    if (sender === 'smq') checkSmqPush(headers, bodyOf(request), new Date());
    else checkEventBridgePush(headers, new Date());
    const url = readCertUrl(headers, sender, this.certHosts(sender));
    const key = await this.certificates.get(url);
    if (!this.verify(request, sender, key))
      throw new LandfallError(
        'event.signature_mismatch',
        sender === 'smq'
          ? 'path and headers must arrive exactly as SMQ sent them: check for a proxy that rewrites them'
          : 'set EVENTS_TARGET_URL to the URL of the target, exactly as configured at EventBridge, or use a token',
      );
    this.certificates.prove(url);
    return true;
  }

  /** @throws LandfallError event.sender_forbidden */
  private acceptedSender(headers: EventHeaders): EventSender {
    const sender = eventSenderOf(headers);
    if (sender && this.config.events.accept.includes(sender)) return sender;
    throw new LandfallError(
      'event.sender_forbidden',
      sender ? `add ${sender} to EVENTS_ACCEPT` : 'the headers are neither those of SMQ nor of EventBridge',
    );
  }

  /** @throws LandfallError event.token_invalid */
  private checkToken(headers: EventHeaders): true {
    if (hasEventBridgeToken(headers, this.config.events.tokens)) return true;
    throw new LandfallError(
      'event.token_invalid',
      'header x-eventbridge-signature-token is not one of EVENTS_TOKENS',
    );
  }

  private certHosts(sender: EventSender): readonly string[] {
    const { certHosts } = this.config.events;
    return certHosts.length > 0 ? certHosts : certHostsOf(sender, this.config.oss.region);
  }

  private verify(request: FastifyRequest, sender: EventSender, key: KeyObject): boolean {
    const headers = headersOf(request);
    const target = request.raw.url ?? '';
    if (sender === 'smq')
      return verifySmqPush({ rawTarget: this.config.callback.pathPrefix + target, headers }, key);
    const targetUrl = this.config.events.targetUrl ?? this.publicUrl() + target;
    return verifyEventBridgePush({ targetUrl, headers, body: bodyOf(request) }, key);
  }
}
