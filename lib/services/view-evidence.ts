import { z } from 'zod';
import { findAlert, listDetections } from '../store/alerts';
import { notFound } from './error';
import { verb } from './verb';

/** The evidence of an alert's newest detections, payload included. Each look leaves an audit entry. */
export const viewEvidence = verb({
  action: 'alert.evidence_viewed',
  scope: 'payload:read',
  input: z.object({ id: z.uuid() }),
  async change(_tx, { id }) {
    if (!(await findAlert(id))) throw notFound('alert with this id');
    return { output: await listDetections(id), target: `alert:${id}` };
  },
});
