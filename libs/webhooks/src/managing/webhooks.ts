import { type DataSource, type EntityManager, IsNull, LessThan } from '#database';
import type { EventType } from '#events';
import { LandfallError, newId } from '#runtime';
import { checkUrl, type UrlRules } from '../network/url-rules.js';
import { Webhook } from '../rows/webhook.entity.js';
import { newSecret, type SignatureKind, type SigningSecret } from '../signing/secrets.js';

/**
 * Placing an event writes one delivery per webhook in the same transaction, which must stay short because it blocks the
 * log.
 */
const webhooksMax = 200;
/** Maximum number of secrets that sign at the same time. */
const secretsMax = 5;
/** Arbitrary key of the advisory lock. */
const countLock = 4_711_012;

/** The settings of a webhook that clients choose. */
export interface WebhookWishes {
  url: string;
  description: string;
  types: EventType[];
  ordered: boolean;
}

/** The requested secret: a new one of this kind, or the client's own HMAC secret. */
export interface SecretWish {
  kind: SignatureKind;
  secret?: string | undefined;
}

/** Creates, changes and deletes webhooks for clients. */
export class Webhooks {
  constructor(
    private readonly source: DataSource,
    private readonly rules: UrlRules,
  ) {}

  /** @throws LandfallError webhook.url_forbidden, webhook.limit_reached */
  async create({ url, description, types, ordered }: WebhookWishes, wish: SecretWish): Promise<Webhook> {
    checkUrl(url, this.rules);
    const now = new Date();
    return this.source.transaction(async (manager) => {
      // Serialises creation; otherwise concurrent requests could exceed the limit.
      await manager.query('SELECT pg_advisory_xact_lock($1)', [countLock]);
      const webhooks = manager.getRepository(Webhook);
      if ((await webhooks.countBy({ deletedAt: IsNull() })) >= webhooksMax)
        throw new LandfallError(
          'webhook.limit_reached',
          `there are ${webhooksMax} webhooks; delete one first`,
        );
      const webhook = webhooks.create({
        id: newId(),
        url,
        description,
        types: [...new Set(types)],
        ordered,
        secrets: [{ secret: wish.secret ?? newSecret(wish.kind), expiresAt: null }],
        disabledAt: null,
        disabledReason: null,
        failures: 0,
        failingSince: null,
        pausedUntil: null,
        deletedAt: null,
        createdAt: now,
        updatedAt: now,
      });
      await webhooks.insert(webhook);
      return webhook;
    });
  }

  /**
   * Newest first.
   * @param before last id of the previous page
   */
  async list(limit: number, before?: string): Promise<{ items: Webhook[]; nextCursor: string | null }> {
    const found = await this.source.getRepository(Webhook).find({
      where: { deletedAt: IsNull(), ...(before === undefined ? {} : { id: LessThan(before) }) },
      order: { id: 'DESC' },
      take: limit + 1,
    });
    const items = found.slice(0, limit);
    return { items, nextCursor: found.length > limit ? (items.at(-1)?.id ?? null) : null };
  }

  /** @throws LandfallError webhook.not_found */
  async get(id: string): Promise<Webhook> {
    return found(id, await this.source.getRepository(Webhook).findOneBy({ id, deletedAt: IsNull() }));
  }

  /**
   * Changes the given settings. A new URL or re-enabling resets the failure state and any pause, so that due deliveries
   * are sent again.
   * @throws LandfallError webhook.not_found, webhook.url_forbidden
   */
  async update(
    id: string,
    wishes: Partial<WebhookWishes> & { enabled?: boolean | undefined },
  ): Promise<Webhook> {
    const { enabled, ...values } = wishes;
    if (values.url !== undefined) checkUrl(values.url, this.rules);
    return this.change(id, (webhook) => {
      const isFresh = (values.url !== undefined && values.url !== webhook.url) || enabled === true;
      const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
      return {
        ...given,
        ...(values.types ? { types: [...new Set(values.types)] } : {}),
        ...(isFresh ? { failures: 0, failingSince: null, pausedUntil: null } : {}),
        ...(enabled === true ? { disabledAt: null, disabledReason: null } : {}),
        ...(enabled === false && !webhook.disabledAt
          ? { disabledAt: new Date(), disabledReason: 'request' as const }
          : {}),
      };
    });
  }

  /**
   * Adds a new secret; the previous ones keep signing for at most `keepS` seconds.
   * @throws LandfallError webhook.not_found
   */
  async rotate(id: string, wish: SecretWish, keepS: number): Promise<Webhook> {
    const now = Date.now();
    const end = new Date(now + keepS * 1_000).toISOString();
    return this.change(id, ({ secrets }) => {
      const old: SigningSecret[] = secrets
        .map(({ secret, expiresAt }) => ({
          secret,
          expiresAt: expiresAt && expiresAt < end ? expiresAt : end,
        }))
        .filter(({ expiresAt }) => Date.parse(expiresAt) > now);
      const fresh = { secret: wish.secret ?? newSecret(wish.kind), expiresAt: null };
      return { secrets: [fresh, ...old].slice(0, secretsMax) };
    });
  }

  /**
   * Marks a webhook as deleted; a worker then removes its deliveries and the row.
   * @throws LandfallError webhook.not_found
   */
  async delete(id: string): Promise<void> {
    await this.change(id, () => ({ deletedAt: new Date() }));
  }

  private change(id: string, changes: (webhook: Webhook) => Partial<Webhook>): Promise<Webhook> {
    return this.source.transaction(async (manager) => {
      const webhook = await lockWebhook(manager, id);
      const changed = { ...changes(webhook), updatedAt: new Date() };
      await manager.getRepository(Webhook).update({ id }, changed);
      return Object.assign(webhook, changed);
    });
  }
}

/** @throws LandfallError webhook.not_found */
export async function lockWebhook(manager: EntityManager, id: string): Promise<Webhook> {
  const webhook = await manager.getRepository(Webhook).findOne({
    where: { id, deletedAt: IsNull() },
    lock: { mode: 'pessimistic_write' },
  });
  return found(id, webhook);
}

function found(id: string, webhook: Webhook | null): Webhook {
  if (!webhook) throw new LandfallError('webhook.not_found', id);
  return webhook;
}
