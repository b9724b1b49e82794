import { describe, expect, test } from 'vitest';
import { addressOf, clientAddress } from '@/lib/auth/client-address';

describe('the address that limits count by', () => {
  test.each([
    ['no proxy: the socket, whatever the header says', '192.0.2.7', '', 0, '192.0.2.7'],
    ['no proxy and a forged header', '192.0.2.7', '198.51.100.1, 198.51.100.2', 0, '192.0.2.7'],
    ['one proxy: what it saw', '10.0.0.1', '203.0.113.9', 1, '203.0.113.9'],
    ['one proxy, which appended to a forged header', '10.0.0.1', '198.51.100.1, 203.0.113.9', 1, '203.0.113.9'],
    ['two proxies', '10.0.0.1', 'forged, 203.0.113.9, 10.0.0.2', 2, '203.0.113.9'],
    ['fewer hops than proxies: the outermost there is', '10.0.0.1', '203.0.113.9', 5, '203.0.113.9'],
    ['a proxy that writes ports', '10.0.0.1', '203.0.113.9:50123', 1, '203.0.113.9'],
    ['IPv4 in IPv6', '::ffff:192.0.2.7', '', 0, '192.0.2.7'],
    ['IPv6: its network', '2001:db8:1:2:a:b:c:d', '', 0, '2001:db8:1:2::/64'],
    ['IPv6, shortened', '2001:DB8::7', '', 0, '2001:db8:0:0::/64'],
    ['IPv6 with port', '10.0.0.1', '[2001:db8:0:2::1]:443', 1, '2001:db8:0:2::/64'],
    ['IPv6 with zone', 'fe80::1%eth0', '', 0, 'fe80:0:0:0::/64'],
    ['nothing', '10.0.0.1', '', 1, 'unknown'],
    ['no address', '10.0.0.1', 'x'.repeat(9000), 1, 'unknown'],
    ['no socket any more', undefined, '', 0, 'unknown'],
  ])('%s', (_, peer, forwarded, proxies, expected) => {
    expect(clientAddress(peer, forwarded, proxies)).toBe(expected);
  });

  test('is not what a client says in a header of ours', () => {
    const headers = new Headers({ 'x-custody-client': '1.2.3.4', 'x-custody-client-': '1.2.3.4' });
    expect(addressOf(headers)).toBe('unknown');
  });
});
