'use server';
import type { Entity } from '@/components/shell/command-palette';
import { currentActor } from '@/lib/auth/guard';
import { may } from '@/lib/core/access';
import { condition } from '@/lib/core/query/condition';
import { findEntities as find } from '@/lib/store/entities';
import { storable } from '@/lib/store/storable';

const fieldOf = { server: 'server', tool: 'tool', person: 'actor' } as const;

/** For the palette: servers, tools, people, alerts and events by name. */
export async function findEntities(text: string): Promise<Entity[]> {
  const actor = await currentActor();
  if (!actor || !may(actor.role, 'event:read') || typeof text !== 'string' || text.length > 200) return [];
  return (await find(storable(text))).map(({ id, ...entity }) => ({ ...entity, href: hrefOf(entity.kind, id) }));
}

function hrefOf(kind: Awaited<ReturnType<typeof find>>[number]['kind'], id: string): string {
  if (kind === 'alert') return `/alerts/${id}`;
  if (kind === 'event') return `/events/${id}`;
  return `/events?q=${encodeURIComponent(condition(fieldOf[kind], id))}`;
}
