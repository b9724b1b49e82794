'use client';
import { Button } from '@/components/button';
import { Failed } from '@/components/states';

export default function ScreenError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <div className="card">
      <Failed title="This screen could not be drawn">
        <p>
          Nothing was changed, and events are taken in as before. Try again; if it stays, an administrator finds this in
          the log{error.digest ? ` under ${error.digest}` : ''}.
        </p>
        <Button kind="primary" className="mt-4" onClick={reset}>
          Try again
        </Button>
      </Failed>
    </div>
  );
}
