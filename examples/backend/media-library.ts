import type { LogEvent } from '@landfall/client';

/** An event of an upload, as webhooks and the event log have it. */
export interface UploadEvent extends LogEvent {
  data: { upload?: { objectKey: string; status: string; vars: Record<string, string> } };
}

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
  record({ id, uploadId, timestamp, data: { upload } }: UploadEvent): void {
    if (this.seen.has(id) || uploadId === null || !upload) return;
    this.seen.add(id);
    const known = this.uploads.get(uploadId);
    const events = (known?.events ?? 0) + 1;
    if (known && known.at > timestamp) known.events = events;
    else {
      const { objectKey, status, vars } = upload;
      const userId = vars['user_id'] ?? 'nobody';
      this.uploads.set(uploadId, { id: uploadId, objectKey, status, events, userId, at: timestamp });
    }
  }

  of(userId: string): KnownUpload[] {
    return [...this.uploads.values()]
      .filter((upload) => upload.userId === userId)
      .map(({ id, objectKey, status, events }) => ({ id, objectKey, status, events }));
  }
}
