import { marker } from '../redaction/marker';
import { walkStrings } from '../text/walk';

/** A marker in a stored event. */
export interface EventMarker {
  /** RFC 6901; of a marker in the name of a member: that of its object. */
  pointer: string;
  /** `[redacted:<kind>:<commitment>]`, as it stands there. */
  text: string;
  kind: string;
}

/** All markers of an event, in the order in which they stand; at most `most`. */
export function eventMarkers(event: unknown, most = 1000): EventMarker[] {
  const found: EventMarker[] = [];
  walkStrings(event, '', (text, pointer, isKey) => {
    for (const match of text.matchAll(marker)) {
      if (found.length === most) return;
      const place = isKey ? pointer.slice(0, pointer.lastIndexOf('/')) : pointer;
      found.push({ pointer: place, text: match[0], kind: match.groups?.kind ?? '' });
    }
  });
  return found;
}
