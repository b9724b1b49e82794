/** Next calls this once, before the first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { watchAddresses } = await import('@/lib/auth/client-address');
  const { env } = await import('@/lib/platform/env');
  const { watchErasures } = await import('@/lib/store/names');
  watchErasures();
  watchAddresses(() => env().CUSTODY_TRUSTED_PROXIES);
}
