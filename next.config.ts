import type { NextConfig } from 'next';

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  // Types are checked by `npm run verify`, in a fraction of the time.
  typescript: { ignoreBuildErrors: true },
  // Native or worker-starting packages, which a bundler would break.
  serverExternalPackages: [
    'pg',
    'pg-copy-streams',
    'kafkajs',
    '@node-rs/argon2',
    'pino',
    'prom-client',
    'lz4-napi',
    '@bokuweb/zstd-wasm',
    'protobufjs',
    '@prisma/client',
    '@prisma/adapter-pg',
  ],
  experimental: { optimizePackageImports: ['lucide-react', '@tremor/react'] },
  headers: async () => [
    {
      source: '/:path*',
      headers: [
        { key: 'X-Content-Type-Options', value: 'nosniff' },
        { key: 'X-Frame-Options', value: 'DENY' },
        { key: 'Referrer-Policy', value: 'same-origin' },
        { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
        { key: 'Permissions-Policy', value: 'camera=(), microphone=(), geolocation=(), payment=(), usb=()' },
      ],
    },
  ],
};

export default config;
