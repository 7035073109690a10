export {
  type StoredUpload,
  type UploadOptions,
  type UploadProgress,
  type UploadTicket,
  UploadInterrupted,
  UploadRefused,
  uploadWithTicket,
} from './browser/upload-with-ticket.js';
