import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

interface Service {
  image?: string;
  command?: string[];
  environment?: Record<string, unknown>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  restart?: string;
}
const text = readFileSync('docker-compose.yml', 'utf8');
const compose = parse(text, { merge: true }) as { services: Record<string, Service> };
const services = Object.entries(compose.services);

describe('docker-compose.yml', () => {
  test('is a Compose file by the specification', () => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(ajv, ['duration', 'uri']);
    const { $schema: _, ...schema } = JSON.parse(readFileSync('test/fixtures/compose-spec/compose-spec.json', 'utf8'));
    const validate = ajv.compile(schema);
    validate(compose);
    expect(validate.errors).toBeNull();
    expect(validate({ services: { web: { imagee: 'typo' } } })).toBe(false);
  });

  test('takes Kafka and Postgres from the official images', () => {
    expect(compose.services.kafka?.image).toMatch(/^apache\/kafka:4\./);
    expect(compose.services.postgres?.image).toMatch(/^postgres:\d+$/);
  });

  test('has no secret with a default', () => {
    const secrets = services.flatMap(([name, { environment = {} }]) =>
      Object.entries(environment)
        .filter(([variable]) => /PASSWORD|SECRET|KEY|DATABASE_URL/.test(variable))
        .map(([variable, value]) => [`${name} ${variable}`, String(value)] as const),
    );
    expect(secrets.length).toBeGreaterThan(6);
    for (const [name, value] of secrets) expect(value, name).toMatch(/\$\{\w+:\?[^}]+\}/);
  });

  test('starts web and worker once the database is migrated, and asks everything that stays up for its health', () => {
    for (const name of ['web', 'worker']) {
      expect(compose.services[name]?.depends_on?.migrate?.condition).toBe('service_completed_successfully');
    }
    for (const [name, service] of services) {
      if (service.restart !== 'no') expect(service.healthcheck?.test.length, name).toBeGreaterThan(1);
    }
  });

  test('asks for health where the product answers', () => {
    expect(JSON.stringify(compose.services.web?.healthcheck)).toContain('/api/health/ready');
    expect(existsSync('app/api/health/ready/route.ts')).toBe(true);
  });
});

test('the image copies what the containers run', () => {
  const dockerfile = readFileSync('Dockerfile', 'utf8');
  const bundles = readFileSync('lib/embedded/prepare.mjs', 'utf8');
  for (const [, { command }] of services) {
    const script = command?.find((word) => word.startsWith('dist/'));
    if (script) expect(bundles).toContain(`out: '${script.slice(5, -3)}'`);
  }
  for (const path of ['prisma', 'dist', '.next', 'node_modules'])
    expect(dockerfile).toContain(`/custody/${path} ${path}`);
});
