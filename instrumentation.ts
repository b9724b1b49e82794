/** Next calls this once, before the first request. */
export async function register(): Promise<void> {
  const { watchAddresses } = await import('@/lib/auth/client-address');
  const { env } = await import('@/lib/platform/env');
  watchAddresses(() => env().CUSTODY_TRUSTED_PROXIES);
}
