import type { NewEvent, UploadSnapshot } from '#events';
import { newId } from '#runtime';

/** An upload as an event shows it. */
export const uploadInEvent = (id: string, values: Partial<UploadSnapshot> = {}): UploadSnapshot => ({
  id,
  bucket: 'landfall',
  objectKey: 'a.jpg',
  etag: null,
  sizeBytes: 1,
  mimeType: null,
  kind: null,
  status: 'processing',
  vars: {},
  title: null,
  tags: [],
  labels: {},
  ticketId: null,
  pipeline: null,
  error: null,
  createdAt: new Date().toISOString(),
  ...values,
});

type EventValues = { id?: string; uploadId?: string; type?: 'upload.processing' | 'upload.ignored' };

/** An event that is to be recorded. */
export function newEvent(values: EventValues = {}): NewEvent & { id: string } {
  const { id = newId(), uploadId = newId(), type = 'upload.processing' } = values;
  return { id, type, uploadId, data: { upload: uploadInEvent(uploadId) } };
}
