import { generateKeyPairSync } from 'node:crypto';
import { rawPublicKey, signerOf } from '@/lib/platform/crypto';
import { observeWith } from '@/lib/services/observer';

const { privateKey } = generateKeyPairSync('ed25519');

/** An observer key of this test run, and what signs with it. */
export const observerKey = { sign: signerOf(privateKey), publicKey: rawPublicKey(privateKey) };
export const observe = observeWith(observerKey);
