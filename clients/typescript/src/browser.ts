/** Everything of the client, and what only a page can do: upload a file with a ticket and progress. */
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
