/** Two links of a chain, joined. */
export function Logo({ className = 'size-6' }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className={className}>
      <rect width="32" height="32" rx="7" fill="var(--accent-fill)" />
      <path
        d="M13.5 9.5h-2a5 5 0 0 0-5 5v3a5 5 0 0 0 5 5h2M18.5 9.5h2a5 5 0 0 1 5 5v3a5 5 0 0 1-5 5h-2M12 16h8"
        fill="none"
        stroke="#fff"
        strokeWidth="2.6"
        strokeLinecap="round"
      />
    </svg>
  );
}
