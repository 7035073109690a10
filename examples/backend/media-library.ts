import type { WebhookEvent } from '@landfall/client';

export interface KnownUpload {
  id: string;
  objectKey: string;
  status: string;
  /** How many different events told of it. */
  events: number;
}

/** What we know of our users' uploads. In memory here; a real backend has a table. */
export class MediaLibrary {
  private readonly uploads = new Map<string, KnownUpload & { userId: string; at: string }>();
  private readonly seen = new Set<string>();

  /** Takes an event once, however often it comes, and lets no older one undo a newer one. */
  record({ id, uploadId, timestamp, data }: WebhookEvent): void {
    if (this.seen.has(id) || uploadId === null || !('upload' in data)) return;
    this.seen.add(id);
    const known = this.uploads.get(uploadId);
    const events = (known?.events ?? 0) + 1;
    if (known && known.at > timestamp) known.events = events;
    else {
      const { objectKey, status } = data.upload;
      // Very large events come without vars.
      const userId = ('vars' in data.upload ? data.upload.vars['user_id'] : known?.userId) ?? 'nobody';
      this.uploads.set(uploadId, { id: uploadId, objectKey, status, events, userId, at: timestamp });
    }
  }

  of(userId: string): KnownUpload[] {
    return [...this.uploads.values()]
      .filter((upload) => upload.userId === userId)
      .map(({ id, objectKey, status, events }) => ({ id, objectKey, status, events }));
  }
}
