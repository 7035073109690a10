/**
 * The client of the Landfall API. It uses only what Node and browsers have in common.
 *
 * `generated/` is written from docs/openapi.json. `operations.ts` assigns types to each operation, and the resources
 * wrap them in convenient methods. To add an operation: a line there and a method here.
 */
export { Landfall, type LandfallOptions } from './landfall.js';
export type * from './generated/types.js';
export { LandfallProblem, LandfallUnreachable } from './http/problem.js';
export type { CallOptions, ChangeOptions, Credential } from './http/transport.js';
export type {
  EventPage,
  EventQuery,
  LogEvent,
  ProgressEvent,
  StreamedEvent,
  StreamOptions,
} from './resources/events.js';
export { Pages } from './resources/pages.js';
export type { IssuedToken, TokenRequest } from './resources/tokens.js';
export { UploadNotReady, type UploadQuery, type WaitOptions } from './resources/uploads.js';
export type {
  Delivery,
  DeliveryQuery,
  ReplayRange,
  RotateRequest,
  Webhook,
  WebhookPatch,
  WebhookRequest,
  WebhookWithSecret,
} from './resources/webhooks.js';
export {
  type VerifyOptions,
  verifyWebhook,
  type WebhookFault,
  type WebhookHeaders,
  type WebhookPayload,
  WebhookRejected,
} from './webhooks/verify-webhook.js';
