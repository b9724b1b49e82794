import { ScreenSkeleton } from '@/components/states';

export default function Loading() {
  return <ScreenSkeleton />;
}
