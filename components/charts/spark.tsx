'use client';
import { SparkAreaChart } from '@tremor/react';

/** A trend the size of a word; the figure beside it says the value. */
export function Spark({
  values,
  color = 'blue',
  className = 'h-6 w-24',
}: {
  values: number[];
  color?: string;
  className?: string;
}) {
  return (
    <span aria-hidden="true" className="inline-block align-middle">
      <SparkAreaChart
        data={values.map((value, at) => ({ at, value }))}
        index="at"
        categories={['value']}
        colors={[color]}
        className={className}
      />
    </span>
  );
}
