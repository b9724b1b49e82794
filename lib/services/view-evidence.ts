import { z } from 'zod';
import { findAlertState } from '../store/alert-changes';
import { listDetections } from '../store/alerts';
import { notFound } from './error';
import { uuid } from './uuid';
import { verb } from './verb';

/** The evidence of an alert's newest detections, payload included. Each look leaves an audit entry. */
export const viewEvidence = verb({
  action: 'alert.evidence_viewed',
  scope: 'payload:read',
  input: z.object({ id: uuid }),
  async change(tx, { id }) {
    if (!(await findAlertState(tx, id))) throw notFound('alert with this id');
    return { output: await listDetections(id, tx), target: `alert:${id}` };
  },
});
