import type { Metadata } from 'next';
import { ButtonLink } from '@/components/button';
import { Empty } from '@/components/states';

export const metadata: Metadata = { title: 'Not found' };

/** Where no screen is. What a screen itself does not find has app/(console)/not-found.tsx, within the frame. */
export default function NotFound() {
  return (
    <main className="mx-auto flex min-h-dvh max-w-lg flex-col justify-center p-4">
      <h1 className="sr-only">Not found</h1>
      <div className="card">
        <Empty title="There is no screen at this address">
          <p>The address may be mistyped or cut.</p>
          <ButtonLink href="/overview" className="mt-4">
            To the overview
          </ButtonLink>
        </Empty>
      </div>
    </main>
  );
}
