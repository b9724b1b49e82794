import { serve } from './serve';

// `npm run dev`: console and worker with reload.
await serve({ mode: 'development', host: '127.0.0.1' });
