'use client';
import { useRouter } from 'next/navigation';
import { startTransition } from 'react';
import { Button } from '@/components/button';
import { Failed } from '@/components/states';

export default function ScreenError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  const router = useRouter();
  // The server draws it again; without that only the same failure would be shown once more.
  const again = () =>
    startTransition(() => {
      router.refresh();
      reset();
    });
  return (
    <div className="card">
      <Failed title="This screen could not be drawn">
        <p>
          Nothing was changed, and events are taken in as before. Try again; if it stays, an administrator finds this in
          the log{error.digest ? ` under ${error.digest}` : ''}.
        </p>
        <Button kind="primary" className="mt-4" onClick={again}>
          Try again
        </Button>
      </Failed>
    </div>
  );
}
