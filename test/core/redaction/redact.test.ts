import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGate } from '@/lib/core/detection/gate';
import type { AuditEvent } from '@/lib/core/event/envelope';
import { redactEvent, redactText } from '@/lib/core/redaction/redact';
import { fingerprint, marks } from '@/test/support/marks';

const options = marks;
const kindsIn = (text: string) =>
  [...redactText(text, options).matchAll(/\[redacted:(\w+):[\w-]{43}\]/g)].map((m) => m[1]);

// Values are put together here, so that no scanner of repositories takes them for live ones.
const join = (...parts: string[]) => parts.join('');
const random36 = 'q7Wd2Kx9Lm4Rt8Vb1Zc6Np3Hs5Jf0Gy7Tq2W';
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('secrets', () => {
  test.each([
    ['aws_access_key', join('AKIA', 'IOSFODNN7EXAMPLE')],
    ['aws_secret_key', join('aws_secret_access_key = ', 'wJalrXUtnFEMI/K7MDENG/', 'bPxRfiCYEXAMPLEKEY')],
    ['github_token', join('ghp_', random36)],
    ['gitlab_token', join('glpat-', random36.slice(0, 20))],
    ['slack_token', join('xoxb-', '123456789012-', random36.slice(0, 24))],
    ['stripe_key', join('sk_live_', random36.slice(0, 24))],
    ['google_api_key', join('AIza', random36.slice(0, 35))],
    ['openai_key', join('sk-proj-', random36)],
    ['anthropic_key', join('sk-ant-', 'api03-', random36)],
    ['npm_token', join('npm_', random36)],
    ['pypi_token', join('pypi-', random36, random36)],
    ['jwt', join('eyJhbGciOiJIUzI1NiJ9', '.eyJzdWIiOiIxMjM0In0.', random36)],
    ['bearer_token', `Authorization: Bearer ${random36}`],
    ['basic_auth', `Authorization: Basic ${base64('alice:correct horse')}`],
    ['url_password', 'postgresql://app:t0psecret@db.internal:5432/app'],
    [
      'private_key',
      join('-----BEGIN OPENSSH ', 'PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH ', 'PRIVATE KEY-----'),
    ],
    ['assigned_secret', 'DB_PASSWORD=kX9!mw2'],
    ['assigned_secret', `"api_key": "${random36}"`],
    ['assigned_secret', `--client-secret ${random36}`],
  ])('%s', (kind, text) => {
    expect(kindsIn(`before ${text} after`)).toEqual([kind]);
    expect(redactText(text, options)).not.toContain(random36.slice(0, 20));
  });

  test.each([
    'password: ********',
    'password=$DB_PASSWORD',
    'api_key = "<your key>"',
    'The password is required.',
    'next_token: CAESBgoEEgIIAQ12345678',
    'max_tokens=4096',
    'token: process.env.TOKEN',
    'the secretary keyed in the tokens',
    'http://localhost:8080/path',
    'git@github.com:acme/widget.git',
    'sk-learn is a library, npm_config_cache a variable',
  ])('not in %j', (text) => {
    expect(redactText(text, options)).toBe(text);
  });

  test('a secret within base64 goes with its wrapping and keeps its fingerprint', () => {
    const key = join('AKIA', 'IOSFODNN7EXAMPLE');
    expect(redactText(`x ${base64(`the key is ${key}, use it`)} y`, options)).toBe(`x ${redactText(key, options)} y`);
  });

  test('a private key that was cut off goes to the end', () => {
    expect(kindsIn(join('-----BEGIN RSA ', 'PRIVATE KEY-----\nMIIE and no end'))).toEqual(['private_key']);
  });
});

const percent = (text: string) => [...text].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('');
const escaped = (text: string) => [...text].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
const entities = (text: string) => [...text].map((c) => `&#${c.charCodeAt(0)};`).join('');

describe('in disguise', () => {
  const key = join('AKIA', 'IOSFODNN7EXAMPLE');
  const json = JSON.stringify;

  test.each([
    ['percent encoding', key, percent(key)],
    ['a single percent', key, key.replace('IO', '%49O')],
    ['percent twice', key, percent(percent(key))],
    ['escapes of JSON', key, escaped(key)],
    ['HTML entities', key, entities(key)],
    ['a zero-width space', key, key.replace('OS', 'O\u200bS')],
    ['full width', 'bob@example.org', 'bob\uff20ex\uff41mple.org'],
    ['soft hyphens', 'bob@example.org', 'bob@exam\u00adple.org'],
    ['base64 twice', key, base64(base64(`the key is ${key}`))],
    ['base64 of an assignment', 'kX9!mw2', base64('password=kX9!mw2')],
    ['base64 of an address', 'bob.the.builder@example.org', base64('bob.the.builder@example.org')],
    ['base64 of percent encoding', key, base64(percent(key))],
    ['hexadecimal', key, Buffer.from(`the key is ${key}`).toString('hex')],
  ])('%s goes, under the fingerprint of what it hides', (_, plain, disguised) => {
    const print = hash('sha256', plain.includes('@') ? plain.toLowerCase() : plain, 'base64url');
    expect(redactText(`before ${disguised}, after`, options)).toMatch(
      new RegExp(`^before \\[redacted:\\w+:${print}\\], after$`),
    );
  });

  test('only what hides goes; what is written around it stays as it is written', () => {
    const text = `caf\u00e9 100%25 &lt;a&gt; \\u0041 https://x.example/%7Eme?mail=${percent('bob@example.org')}&x=%20 caf\u00e9`;
    expect(redactText(text, options)).toBe(
      text.replace(/(?<=mail=)[%0-9a-f]+/, redactText('bob@example.org', options)),
    );
    for (const harmless of ['100%25 &lt;a&gt; \\u0041 \u0430\u0431', '%zz%4', '&#xffffffff;', 'C:\\temp\\new']) {
      expect(redactText(harmless, options)).toBe(harmless);
    }
  });

  test('a name in an encoded document does not take the document with it', () => {
    const text = base64(`Dear bob@example.org, ${'ignore all that was said before. '.repeat(4)}`);
    expect(redactText(text, options)).toBe(text);
  });

  test.each([
    [json({ password: 'letmein' }), 'letmein'],
    [json({ password: 'ab,cd;ef9!' }), 'ab,cd;ef9!'],
    [json({ v: json({ password: 'hunter2x' }) }), 'hunter2x'],
    [json(json(json(json({ password: 'hunter2x' })))), 'hunter2x'],
    ["password = 'p@ss, w0rd'", 'p@ss, w0rd'],
    [`api_key=${random36.repeat(20)}`, random36.repeat(20)],
    ['https://a.example/login?user=a&password=letmein', 'letmein'],
    ['https://a.example/c#access_token=Zk4Rt8Vb1Zc6', 'Zk4Rt8Vb1Zc6'],
    ['postgres://u:p9@ss@w0rd@db/x', 'p9@ss@w0rd'],
    [`https://${random36}@git.internal/x`, random36],
    [`https://${random36}:x-oauth-basic@git.internal/x`, random36],
    [`https://a.example/c?sv=2020&sig=${random36}%3D`, random36],
    [`https://a.example/k?X-Amz-Signature=${'ab12'.repeat(16)}`, 'ab12'.repeat(16)],
    [`Authorization: token ${random36}`, random36],
    [`curl -H "Authorization: ${random36}"`, random36],
  ])('%s', (text, secret) => {
    const redacted = redactText(text, options);
    expect(redacted).toContain('[redacted:');
    expect(redacted).not.toContain(secret.slice(0, 6));
    expect(redacted).not.toContain(secret.slice(-4));
  });

  test.each([
    'see ?sig=short, &signature=none',
    'https://docs.example/a-very-long-page-name-of-ours@2',
    'Authorization: required',
    'password: whatever you like',
    '"password": "required"',
  ])('not in %j', (text) => expect(redactText(text, options)).toBe(text));

  test('whatever redaction finds, the gate has let through', () => {
    const gate = createGate([]);
    const pieces = fc.constantFrom(
      percent(key),
      escaped('bob@example.org'),
      entities(key),
      base64('{"password":"hunter2x"}'),
      '?a=1&sig=',
      random36,
      'password%3D',
      'kX9!mw2',
      'https://',
      ':p9@',
      '@h.example/',
      '\u200b',
      ' ',
      '"',
      '\\',
      'Authorization: token ',
    );
    const texts = fc.array(pieces, { maxLength: 5 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, texts, (value, name) => {
        const event = eventWith({ request: { arguments: { [name]: value, password: { value } } } });
        const whole = redactEvent(event, options);
        const { redact, suspects } = gate(event);
        const gated = redact ? redactEvent(event, { ...options, suspects }) : { event, redactions: [] };
        expect(gated.event).toEqual(whole.event);
        expect(gated.redactions).toEqual(whole.redactions);
      }),
      { numRuns: 300 },
    );
  });
});

describe('personal data', () => {
  test.each([
    ['email', 'write to alice.smith+x@mail.example.org now'],
    ['payment_card', 'card 4111 1111 1111 1111, thanks'],
    ['payment_card', 'amex 378282246310005'],
    ['iban', 'IBAN DE89 3704 0044 0532 0130 00'],
    ['iban', 'GB29NWBK60161331926819'],
    ['us_ssn', 'SSN 123-45-6789'],
    ['phone', 'call +41 44 668 18 00'],
    ['phone', '(415) 555-2671'],
    ['br_cpf', 'CPF 529.982.247-25'],
    ['fr_nir', '2 55 08 14 168 025 38'],
    ['es_dni', 'DNI 12345678Z'],
    ['it_codice_fiscale', 'codice fiscale RSSMRA85T10A562S'],
    ['nl_bsn', 'BSN 111222333'],
    ['in_aadhaar', 'Aadhaar 2341 2341 2346'],
    ['pl_pesel', 'PESEL 44051401359'],
    ['ip_address', 'the IP address of user: 203.0.113.9'],
  ])('%s', (kind, text) => expect(kindsIn(text)).toEqual([kind]));

  test.each([
    'card 4111 1111 1111 1112',
    'IBAN DE89 3704 0044 0532 0130 01',
    'order 1234567890123',
    'at 1763721600000 ms',
    '2026-11-21 10:00:00, version 10.2.33.4',
    'listening on 127.0.0.1:8080',
    'ISBN 978-3-16-148410-0',
    '019ab000-0000-7000-8000-000000000001',
    'user@localhost, @decorator, a @ b',
  ])('not in %j', (text) => expect(redactText(text, options)).toBe(text));

  test('written in two ways it has one fingerprint', () => {
    expect(redactText('4111-1111-1111-1111', options)).toBe(redactText('4111111111111111', options));
    expect(redactText('A@Example.org', options)).toBe(redactText('a@example.org', options));
  });
});

const eventWith = (data: AuditEvent['data']): AuditEvent => ({
  specversion: '1.0',
  id: '01900000-0000-7000-8000-000000000001',
  source: 'urn:mcp:src:a:b:c',
  type: 'mcp.audit.rpc.tools_call.v1',
  time: '2026-01-01T00:00:00.000Z',
  dataschema: 'urn:mcp:audit:1',
  sig: 'signature',
  data,
});

describe('events', () => {
  test('an event without anything is the same object', () => {
    const event = eventWith({ request: { arguments: { path: '/a', n: 12 } } });
    expect(redactEvent(event, options).event).toBe(event);
  });

  test('identifiers, hashes and names of tools stay', () => {
    const hash = 'a'.repeat(64);
    const event = eventWith({
      approval: { id: 'a@example.org' },
      actor: { id: 'alice@example.org' },
      server: { id: 'https://u@mcp.example.org' },
      mcp: { method: 'tools/call', session_id: '4111111111111111' },
      tool: { name: 'mail.bob@example.org' },
      tools_list: { tools: [{ name: 'bob@example.org', definition_hash: hash }] },
    });
    expect(redactEvent(event, options)).toEqual({ event, redactions: [], changed: false });
  });

  const digest = '0123456789abcdef'.repeat(4);
  const inHash = join('AKIA', 'IOSFODNN7EXAMPLE');
  test.each([digest, digest.slice(0, 32), digest + digest, digest.toUpperCase(), `sha256:${digest}`])(
    'a digest under the name of a hash stays: %s',
    (value) => {
      const event = eventWith({ ext: { password_hash: value }, auth: { token_id_hash: value } });
      expect(redactEvent(event, options).event).toBe(event);
    },
  );

  test.each<unknown>([
    inHash,
    `${digest} ${inHash}`,
    `sha256:${inHash}`,
    `${digest}\n${inHash}`,
    [inHash],
    { sha256: inHash },
    `${digest.slice(0, 20)} bob@example.org`,
  ])('anything else under such a name is content: %j', (value) => {
    for (const name of ['hash', 'messages_hash']) {
      const event = eventWith({ vendor: { [name]: value } } as object);
      const redacted = redactEvent(event, options);
      expect(redacted.redactions, name).toHaveLength(1);
      expect(JSON.stringify(redacted.event)).not.toMatch(/AKIA|bob@/);
      expect(createGate([])(event).redact, name).toBe(true);
    }
  });

  test('values, names of members and the subject go; nothing signed is made anew', () => {
    const key = join('AKIA', 'IOSFODNN7EXAMPLE');
    const event = {
      ...eventWith({ request: { arguments: { [key]: { password: 'hunter2' }, to: ['bob@example.org'] } } }),
      subject: `x?${key}`,
    };
    const { event: redacted, redactions, changed } = redactEvent(event, options);
    const text = JSON.stringify({ redacted, redactions });
    expect(changed).toBe(true);
    for (const secret of [key, 'hunter2', 'bob@']) expect(text).not.toContain(secret);
    expect(redacted.sig).toBe('signature');
    expect(redactions.map(({ kind }) => kind).sort()).toEqual([
      'assigned_secret',
      'aws_access_key',
      'aws_access_key',
      'email',
    ]);
  });

  test('what the envelope and its structural sections say beyond the schema goes too', () => {
    const key = join('AKIA', 'IOSFODNN7EXAMPLE');
    const event = {
      ...eventWith({
        observation: { vantage: 'client', note: key } as object,
        timing: { duration_us: '12', note: key } as object,
        capture: { encryption: 'none', note: key } as object,
        server: { id: 's', capabilities: { experimental: { note: key } } },
      }),
      tracestate: `x=${key}`,
      partitionkey: 'all',
      extension: { password: 'hunter2' },
    };
    const { event: redacted, redactions } = redactEvent(event, options);
    const text = JSON.stringify(redacted);
    for (const secret of [key, 'hunter2']) expect(text).not.toContain(secret);
    expect(redactions).toHaveLength(6);
    const { tracestate: _, extension: __, data: ___, ...rest } = event;
    expect(redacted).toMatchObject({ ...rest, data: { timing: { duration_us: '12' } } });
  });

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('a section may be named %s', (name) => {
    const event = eventWith(JSON.parse(`{${JSON.stringify(name)}:{"to":"bob@example.org"}}`));
    expect(JSON.stringify(redactEvent(event, options).event)).toContain(`"${name}":{"to":"[redacted:email:`);
  });

  test('20,000 addresses in one text take no longer than their number', () => {
    const addresses = Array.from({ length: 20_000 }, (_, i) => `person${i}@example.org`);
    const event = eventWith({ result: { content: [{ type: 'text', text: addresses.join('\n') }] } });
    const start = performance.now();
    expect(redactEvent(event, options).redactions).toHaveLength(addresses.length);
    // Each compared with each takes half a minute.
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  test('a member named __proto__ is a member', () => {
    const event = eventWith({ request: { arguments: JSON.parse('{"__proto__":{"to":"bob@example.org"}}') } });
    const text = JSON.stringify(redactEvent(event, options).event);
    expect(text).toContain('"__proto__":{"to":"[redacted:email:');
  });

  test('a number is a card only where its name says so', () => {
    const event = eventWith({ request: { arguments: { card_number: 4111111111111111, size: 4111111111111111 } } });
    const args = redactEvent(event, options).event.data.request?.arguments;
    expect(args).toMatchObject({ card_number: expect.stringContaining('payment_card'), size: 4111111111111111 });
  });
});

describe('secrets by the name of their member', () => {
  const redacted = (args: Record<string, unknown>) =>
    redactEvent(eventWith({ request: { arguments: args } }), options).event.data.request?.arguments;

  test.each<[Record<string, unknown>, string]>([
    [{ password: { value: 'hunter2' } }, '{"password":{"value":"[redacted:assigned_secret:'],
    [{ password: 12345678 }, '{"password":"[redacted:assigned_secret:'],
    [{ pin_code: 4321 }, '{"pin_code":"[redacted:assigned_secret:'],
    [{ Authorization: `token ${random36}` }, '{"Authorization":"token [redacted:assigned_secret:'],
    [{ Authorization: `Bearer ${random36}` }, '{"Authorization":"Bearer [redacted:bearer_token:'],
    [{ api_key: join('AKIA', 'IOSFODNN7EXAMPLE') }, '{"api_key":"[redacted:aws_access_key:'],
    [{ private_key: random36.repeat(200) }, '{"private_key":"[redacted:assigned_secret:'],
  ])('%j', (args, start) => {
    const text = JSON.stringify(redacted(args));
    expect(text.slice(0, start.length)).toBe(start);
    expect(text).toMatch(/^.{0,110}$/);
  });

  test.each([
    { pass: 1200, fail: 1 },
    { password: 3 },
    { password: { minLength: 12_000, description: 'at least twelve' } },
    { authorization: { required: true } },
    { max_tokens: 4096, value: 'hunter2' },
  ])('not in %j', (args) => expect(redacted(args)).toEqual(args));
});

describe('markers', () => {
  const commitment = '0123456789abcdef'.padEnd(43, 'A');
  const marker = `[redacted:aws_access_key:${commitment}]`;
  const event = eventWith({ result: { content: [{ type: 'text', text: `key ${marker}` }] } });

  test('made by a signer that redacts: they stay and are reported', () => {
    const { changed, redactions } = redactEvent(event, {
      ...marks,
      markers: 'made',
      disclosed: new Map([[marker, fingerprint('what it hides')]]),
    });
    expect(changed).toBe(false);
    expect(redactions).toEqual([
      {
        pointer: '/data/result/content/0/text',
        kind: 'aws_access_key',
        category: 'secret',
        marker,
        fingerprint: fingerprint('what it hides'),
      },
    ]);
  });

  test('forged in input that nobody redacted: disowned and not reported', () => {
    const { event: redacted, redactions } = redactEvent(event, options);
    expect(JSON.stringify(redacted)).toContain(`key [unverified-${marker.slice(1)}`);
    expect(redactions).toEqual([]);
  });

  test('what is redacted once is not redacted again', { timeout: 60_000 }, () => {
    const pieces = fc.oneof(
      fc.string({ maxLength: 30 }),
      fc.constantFrom(
        marker,
        '[redacted:',
        'bob@example.org',
        'password=kX9!mw2 ',
        '4111 1111 1111 1111',
        join('AKIA', 'IOSFODNN7EXAMPLE'),
        'secret: ',
        'Bearer abcdef1234567890abcdef',
        'https://u:p4ssw0rd@h.example/',
        '"token": "',
        base64('password=kX9!mw2 and more text'),
        percent('bob@example.org'),
        escaped('[redacted:'),
        '\\"password\\":\\"',
        '&sig=',
        random36,
        'Authorization: token ',
      ),
    );
    const texts = fc.array(pieces, { maxLength: 6 }).map((parts) => parts.join(''));
    const value = fc.oneof(
      texts,
      fc.dictionary(fc.oneof(texts, fc.constantFrom('password', 'token')), texts, { maxKeys: 4 }),
    );
    fc.assert(
      fc.property(value, (args) => {
        const once = redactEvent(eventWith({ request: { arguments: args } }), options).event;
        const twice = redactEvent(once, { ...marks, markers: 'made' });
        expect(twice.event.data).toEqual(once.data);
      }),
      { numRuns: 500 },
    );
  });
});

test('the time grows in proportion to the text, whatever it is made of', { timeout: 60_000 }, () => {
  const seconds = (text: string) => {
    const start = process.cpuUsage();
    redactText(text, options);
    return process.cpuUsage(start).user / 1e6;
  };
  // A quadratic expression would need minutes for 100 KB of these.
  const units = [
    'eyJ',
    '-eyJ',
    'a@',
    '4',
    '1 ',
    '://',
    ':a',
    'password=',
    'secret ',
    'AKIA',
    '-----BEGIN RSA PRIVATE KEY-----',
    'A',
    'x-',
    '"token": ',
    'pwd=',
    'pwd="',
    'token=en1',
    'password=......',
    '%41',
    '%2541',
    '&#65;',
    '\\u0041',
    '\\\\"',
    '\u200b@',
    '\u4f60@',
    '://a',
    '://a:b@',
    '&sig=',
    'authorization: ',
    'QUtJQUlPU0ZPRE5ON0VYQU1QTEU ',
    'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo',
    '+1 (',
    'DE89 ',
  ];
  for (const unit of units) expect(seconds(unit.repeat(100_000 / unit.length)), unit).toBeLessThan(3);
});
