'use client';
import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from 'react';
import { cn } from './cn';

interface Around {
  label: string;
  help?: ReactNode;
  /** Says how to mend it. */
  error?: string;
}

const box = (error: string | undefined) =>
  cn(
    'w-full rounded-md border bg-surface px-3 text-base placeholder:text-faint sm:text-sm',
    error ? 'border-critical' : 'border-line-strong',
  );

function Frame({ id, label, help, error, children }: Around & { id: string; children: ReactNode }) {
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children}
      {error && (
        <p id={`${id}-error`} className="text-xs text-critical">
          {error}
        </p>
      )}
      {help && (
        <p id={`${id}-help`} className="text-xs text-faint">
          {help}
        </p>
      )}
    </div>
  );
}

const described = (id: string, { help, error }: Around) => ({
  id,
  'aria-invalid': error ? true : undefined,
  'aria-describedby': [error && `${id}-error`, help && `${id}-help`].filter(Boolean).join(' ') || undefined,
});

export function TextField({ label, help, error, ...rest }: Around & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <Frame id={id} label={label} help={help} error={error}>
      <input {...rest} {...described(id, { label, help, error })} className={cn(box(error), 'h-9')} />
    </Frame>
  );
}

export function TextArea({ label, help, error, ...rest }: Around & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const id = useId();
  return (
    <Frame id={id} label={label} help={help} error={error}>
      <textarea rows={3} {...rest} {...described(id, { label, help, error })} className={cn(box(error), 'py-2')} />
    </Frame>
  );
}

export function SelectField({
  label,
  help,
  error,
  children,
  ...rest
}: Around & SelectHTMLAttributes<HTMLSelectElement>) {
  const id = useId();
  return (
    <Frame id={id} label={label} help={help} error={error}>
      <select {...rest} {...described(id, { label, help, error })} className={cn(box(error), 'h-9')}>
        {children}
      </select>
    </Frame>
  );
}
