import { defineErrors } from '#runtime';

/** Errors of comparing a bucket with the rows. */
const reconcileErrors = defineErrors({
  'reconcile.running': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The same bucket and prefix are being reconciled already',
  },
  'reconcile.inventory_invalid': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The inventory report is damaged or incomplete',
  },
  'reconcile.inventory_unsupported': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The inventory report is of another bucket, or lacks columns that are needed',
  },
  'reconcile.inventory_missing': {
    kind: 'notFound',
    retry: 'never',
    message: 'There is no inventory report at this place',
  },
});

type ReconcileErrors = typeof reconcileErrors;
declare global {
  interface LandfallErrors extends ReconcileErrors {}
}
