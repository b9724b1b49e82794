import { serve } from './serve';

// `npm start`: production.
await serve({ mode: 'production', host: process.env.CUSTODY_HOST || '0.0.0.0' });
