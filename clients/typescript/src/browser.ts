/** The whole client, plus what only a page needs: uploading a file with a ticket and progress events. */
export * from './index.js';
export {
  type StoredUpload,
  type UploadOptions,
  type UploadProgress,
  type UploadTicket,
  UploadInterrupted,
  UploadRefused,
  uploadWithTicket,
} from './browser/upload-with-ticket.js';
