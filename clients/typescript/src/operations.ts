import type * as api from './generated/types.js';
import type { Operation, OperationData } from './http/operation.js';

type Method = Operation<OperationData, unknown>['method'];

/** A request that is safe to repeat: it changes nothing, or a repetition changes nothing more. */
const repeatable =
  (method: Method) =>
  <Data extends OperationData, Answers>(path: Data['url']): Operation<Data, Answers> => ({
    method,
    path,
    isRepeatable: true,
    takesKey: false,
  });

const get = repeatable('GET');
const remove = repeatable('DELETE');
/** Sets the given fields, so repeating it has no further effect. */
const patch = repeatable('PATCH');
/** POSTs that are idempotent. */
const ask = repeatable('POST');

/** A POST that is never retried: the lost response contained a secret, or a second execution would be too costly. */
const once = <Data extends OperationData, Answers>(path: Data['url']): Operation<Data, Answers> => ({
  method: 'POST',
  path,
  isRepeatable: false,
  takesKey: false,
});

/** A POST that creates something new each time, but only once per idempotency key. */
const create = <Data extends OperationData, Answers>(path: Data['url']): Operation<Data, Answers> => ({
  method: 'POST',
  path,
  isRepeatable: false,
  takesKey: true,
});

/**
 * The operations of the API, by operationId. The generated types assign inputs and responses to each path; a test
 * compares methods and completeness with docs/openapi.json.
 */
export const operations = {
  listUploads: get<api.ListUploadsData, api.ListUploadsResponses>('/v1/uploads'),
  getUpload: get<api.GetUploadData, api.GetUploadResponses>('/v1/uploads/{id}'),
  getOriginal: get<api.GetOriginalData, api.GetOriginalResponses>('/v1/uploads/{id}/original'),
  deleteUpload: remove<api.DeleteUploadData, api.DeleteUploadResponses>('/v1/uploads/{id}'),
  updateUpload: patch<api.UpdateUploadData, api.UpdateUploadResponses>('/v1/uploads/{id}'),
  cancelUpload: ask<api.CancelUploadData, api.CancelUploadResponses>('/v1/uploads/{id}/cancel'),
  reprocessUpload: ask<api.ReprocessUploadData, api.ReprocessUploadResponses>('/v1/uploads/{id}/reprocess'),
  issueTicket: create<api.IssueTicketData, api.IssueTicketResponses>('/v1/tickets'),
  getTicket: get<api.GetTicketData, api.GetTicketResponses>('/v1/tickets/{id}'),
  listEvents: get<api.ListEventsData, api.ListEventsResponses>('/v1/events'),
  issueToken: ask<api.IssueTokenData, api.IssueTokenResponses>('/v1/tokens'),
  getStats: get<api.GetStatsData, api.GetStatsResponses>('/v1/stats'),
  getFailures: get<api.GetFailuresData, api.GetFailuresResponses>('/v1/failures'),
  listRefusedCallbacks: get<api.ListRefusedCallbacksData, api.ListRefusedCallbacksResponses>(
    '/v1/callbacks/refused',
  ),
  getQueues: get<api.GetQueuesData, api.GetQueuesResponses>('/v1/queues'),
  pauseQueue: ask<api.PauseQueueData, api.PauseQueueResponses>('/v1/queues/{queue}/pause'),
  resumeQueue: ask<api.ResumeQueueData, api.ResumeQueueResponses>('/v1/queues/{queue}/resume'),
  listWorkers: get<api.ListWorkersData, api.ListWorkersResponses>('/v1/workers'),
  getPipelines: get<api.GetPipelinesData, api.GetPipelinesResponses>('/v1/pipelines'),
  getPipelinesSchema: get<api.GetPipelinesSchemaData, api.GetPipelinesSchemaResponses>(
    '/v1/pipelines/schema',
  ),
  checkPipelines: ask<api.CheckPipelinesData, api.CheckPipelinesResponses>('/v1/pipelines/check'),
  dryRunPipelines: ask<api.DryRunPipelinesData, api.DryRunPipelinesResponses>('/v1/pipelines/dry-run'),
  tryRendition: once<api.TryRenditionData, api.TryRenditionResponses>('/v1/pipelines/try'),
  getTrial: get<api.GetTrialData, api.GetTrialResponses>('/v1/pipelines/try/{trialId}'),
  createWebhook: create<api.CreateWebhookData, api.CreateWebhookResponses>('/v1/webhooks'),
  listWebhooks: get<api.ListWebhooksData, api.ListWebhooksResponses>('/v1/webhooks'),
  getWebhook: get<api.GetWebhookData, api.GetWebhookResponses>('/v1/webhooks/{id}'),
  updateWebhook: patch<api.UpdateWebhookData, api.UpdateWebhookResponses>('/v1/webhooks/{id}'),
  deleteWebhook: remove<api.DeleteWebhookData, api.DeleteWebhookResponses>('/v1/webhooks/{id}'),
  rotateWebhookSecret: once<api.RotateWebhookSecretData, api.RotateWebhookSecretResponses>(
    '/v1/webhooks/{id}/rotate',
  ),
  testWebhook: ask<api.TestWebhookData, api.TestWebhookResponses>('/v1/webhooks/{id}/test'),
  listDeliveries: get<api.ListDeliveriesData, api.ListDeliveriesResponses>('/v1/webhooks/{id}/deliveries'),
  getDelivery: get<api.GetDeliveryData, api.GetDeliveryResponses>('/v1/webhooks/{id}/deliveries/{eventId}'),
  replayDelivery: ask<api.ReplayDeliveryData, api.ReplayDeliveryResponses>(
    '/v1/webhooks/{id}/deliveries/{eventId}/replay',
  ),
  replayDeliveries: ask<api.ReplayDeliveriesData, api.ReplayDeliveriesResponses>('/v1/webhooks/{id}/replay'),
};
