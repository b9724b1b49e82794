import { bytesOfBase64 } from '../text/decode';
import { noticed } from '../text/keywords';
import { entropy, matches, type Pattern } from './pattern';

/** Secrets with a form of their own. */

const word = '\\w\\-';

/** A token that begins with one of `prefixes`, then `body`; nothing of its own alphabet before or behind it. */
const token = (kind: string, prefixes: string[], body: string, accept?: (value: string) => boolean): Pattern => ({
  kind,
  category: 'secret',
  keywords: prefixes.map((prefix) => prefix.toLowerCase()),
  find: matches(
    new RegExp(`(?<![A-Za-z0-9_])(?:${prefixes.map(escapeExpression).join('|')})(?:${body})(?![A-Za-z0-9_])`, 'g'),
    accept,
  ),
});

const escapeExpression = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const random = (value: string) => entropy(value) > 3;

export const secretPatterns: Pattern[] = [
  {
    kind: 'private_key',
    category: 'secret',
    keywords: ['private key'],
    find: matches(
      /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g,
    ),
    canonical: (value) => value.replace(/\\n|\s/g, ''),
  },
  token('aws_access_key', ['AKIA', 'ASIA', 'ABIA', 'ACCA'], '[A-Z2-7]{16}'),
  {
    kind: 'aws_secret_key',
    category: 'secret',
    keywords: [
      'secret_access_key',
      'secretaccesskey',
      'secret access key',
      'aws_secret',
      'aws secret',
      'secret_key',
      'secretkey',
    ],
    find: matches(
      /secret[\w .-]{0,24}["']?\s{0,3}(?:[:=]|=>)\s{0,3}["']?(?<value>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
      random,
    ),
  },
  token('github_token', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], '[A-Za-z0-9]{36,255}'),
  token('github_token', ['github_pat_'], '[A-Za-z0-9_]{40,255}'),
  token(
    'gitlab_token',
    ['glpat-', 'gldt-', 'glrt-', 'glptt-', 'glcbt-', 'glft-', 'glsoat-', 'glagent-', 'gloas-'],
    `[${word}.]{20,80}`,
  ),
  token(
    'slack_token',
    ['xoxa-', 'xoxb-', 'xoxp-', 'xoxe-', 'xoxe.', 'xoxo-', 'xoxr-', 'xoxs-', 'xoxc-', 'xoxd-', 'xapp-'],
    `[${word}.%]{10,250}`,
    (value) => /\d/.test(value),
  ),
  {
    kind: 'slack_webhook',
    category: 'secret',
    keywords: ['hooks.slack.com/'],
    find: matches(/hooks\.slack\.com\/(?:services|workflows|triggers)\/(?<value>[A-Za-z0-9/]{20,120})/g),
  },
  {
    kind: 'discord_webhook',
    category: 'secret',
    keywords: ['/api/webhooks/'],
    find: matches(/discord(?:app)?\.com\/api\/webhooks\/(?<value>\d{15,22}\/[\w-]{50,90})/g),
  },
  token('stripe_key', ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_'], '[A-Za-z0-9]{16,200}'),
  token('webhook_secret', ['whsec_'], '[A-Za-z0-9+/=]{24,120}'),
  token('google_api_key', ['AIza'], `[${word}]{35}`),
  token('google_oauth', ['GOCSPX-'], `[${word}]{24,40}`),
  token('google_oauth', ['ya29.'], `[${word}]{20,2000}`),
  token('anthropic_key', ['sk-ant-'], `[${word}]{24,200}`),
  token('openai_key', ['sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sk-None-'], `[${word}]{20,250}`),
  token('openai_key', ['sk-'], '[A-Za-z0-9]{20,64}|or-v1-[0-9a-f]{64}|lf-[0-9a-f-]{36}', random),
  token('npm_token', ['npm_'], '[A-Za-z0-9]{36}'),
  token('pypi_token', ['pypi-'], `[${word}]{50,1000}`),
  token('huggingface_token', ['hf_', 'api_org_'], '[A-Za-z]{34,40}'),
  token('digitalocean_token', ['dop_v1_', 'doo_v1_', 'dor_v1_'], '[0-9a-f]{64}'),
  token('shopify_token', ['shpat_', 'shpca_', 'shppa_', 'shpss_'], '[0-9A-Za-z]{32,64}'),
  token('databricks_token', ['dapi'], '[0-9a-f]{32}(?:-\\d)?'),
  token('sendgrid_key', ['SG.'], `[${word}]{16,32}\\.[${word}]{32,64}`),
  {
    kind: 'twilio_key',
    category: 'secret',
    keywords: ['twilio', 'sk0', 'sk1', 'sk2', 'sk3', 'sk4', 'sk5', 'sk6', 'sk7', 'sk8', 'sk9'],
    find: matches(/(?<![A-Za-z0-9_])SK[0-9a-f]{32}(?![A-Za-z0-9_])/g),
  },
  token('grafana_token', ['glsa_', 'glc_'], '[A-Za-z0-9_+/=]{32,400}'),
  token('vault_token', ['hvs.', 'hvb.', 'hvr.'], `[${word}]{24,300}`),
  token('docker_token', ['dckr_pat_', 'dckr_oat_'], `[${word}]{20,60}`),
  token('notion_token', ['ntn_'], '\\d{11}[A-Za-z0-9]{35}'),
  token('notion_token', ['secret_'], '[A-Za-z0-9]{43}'),
  token('linear_token', ['lin_api_', 'lin_oauth_'], '[A-Za-z0-9]{32,64}'),
  token('figma_token', ['figd_'], `[${word}]{36,60}`),
  token('atlassian_token', ['ATATT3', 'ATCTT3', 'ATBB'], `[${word}=]{24,250}`),
  token('groq_key', ['gsk_'], '[A-Za-z0-9]{52}'),
  token('xai_key', ['xai-'], '[A-Za-z0-9]{64,90}'),
  token('perplexity_key', ['pplx-'], '[A-Za-z0-9]{40,60}'),
  token('replicate_token', ['r8_'], '[A-Za-z0-9]{37}'),
  token('supabase_key', ['sbp_', 'sb_secret_'], '[A-Za-z0-9_]{24,60}'),
  token('planetscale_token', ['pscale_tkn_', 'pscale_pw_', 'pscale_oauth_'], `[${word}.=]{32,64}`),
  token('postman_key', ['PMAK-'], '[0-9a-f]{24}-[0-9a-f]{34}'),
  token('rubygems_key', ['rubygems_'], '[0-9a-f]{48}'),
  token('onepassword_token', ['ops_eyJ'], '[A-Za-z0-9+/=]{100,2000}'),
  token('age_key', ['AGE-SECRET-KEY-1'], '[A-Z0-9]{58}'),
  token('tailscale_key', ['tskey-'], `[${word}]{20,80}`),
  token('doppler_token', ['dp.pt.', 'dp.st.', 'dp.ct.', 'dp.sa.'], '[A-Za-z0-9._-]{40,80}'),
  token('square_token', ['sq0atp-', 'sq0csp-', 'EAAAE'], `[${word}]{22,64}`, random),
  token('mailgun_key', ['key-'], '[0-9a-f]{32}'),
  {
    kind: 'telegram_token',
    category: 'secret',
    keywords: [':aa'],
    find: matches(/(?<![0-9A-Za-z])\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])/g),
  },
  {
    kind: 'azure_client_secret',
    category: 'secret',
    keywords: ['8q~', '7q~'],
    find: matches(/(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}(?![A-Za-z0-9_~.-])/g),
  },
  {
    kind: 'jwt',
    category: 'secret',
    keywords: ['eyj'],
    find: matches(/(?<![\w.-])eyJ[\w-]{8,8000}\.eyJ[\w-]{8,8000}\.[\w-]{0,2000}/g),
  },
  {
    kind: 'bearer_token',
    category: 'secret',
    keywords: ['bearer '],
    find: matches(
      /\bbearer {1,3}(?<value>[A-Za-z0-9._~+/-]{16,4000}={0,2})/gi,
      (value) => /\d/.test(value) && entropy(value) > 2.8,
    ),
  },
  {
    kind: 'basic_auth',
    category: 'secret',
    keywords: ['basic '],
    find: matches(/\bbasic {1,3}(?<value>[A-Za-z0-9+/]{8,600}={0,2})(?![A-Za-z0-9+/=])/gi, isCredentialPair),
  },
  {
    kind: 'authorization',
    category: 'secret',
    keywords: ['authorization:', 'authorization":', "authorization':", 'authorization\\', 'authorization='],
    find: matches(
      /authorization\\?["']?\s{0,3}[:=]\s{0,3}\\?["']?(?:[A-Za-z][\w-]{1,20} {1,3})?(?<value>[A-Za-z0-9._~+/-]{16,4000}={0,2})/gi,
      (value) => /\d/.test(value) && entropy(value) > 2.8,
    ),
  },
  {
    kind: 'url_signature',
    category: 'secret',
    keywords: ['sig=', 'signature='],
    find: matches(/[?&](?:sig|signature|X-(?:Amz|Goog)-Signature)=(?<value>[A-Za-z0-9%+/_-]{32,1200}={0,2})/gi),
  },
  {
    kind: 'url_token',
    category: 'secret',
    keywords: [],
    needs: noticed.at,
    find: matches(
      /:\/\/(?<value>[A-Za-z0-9_-]{20,200})(?::[\w-]{0,40})?@[^\s/@]/g,
      (value) => /\d/.test(value) && random(value),
    ),
  },
  {
    kind: 'url_password',
    category: 'secret',
    keywords: [],
    needs: noticed.at,
    find: matches(
      /:\/\/[^\s:@/?#"'<>]{0,128}:(?<value>[^\s@/"'<>]{1,256}(?:@[^\s@/"'<>,:]{1,64}){0,3})@[^\s/@]/g,
      (value) => !placeholder.test(value) && !/^\d{1,5}$/.test(value),
    ),
  },
];

/** Base64 of `user:password`. */
function isCredentialPair(value: string): boolean {
  const bytes = bytesOfBase64(value);
  return bytes !== null && /^[\x20-\x7e]{0,100}:[\x20-\x7e]{1,300}$/.test(String.fromCharCode(...bytes));
}

/** What documents and templates write instead of a value. */
export const placeholder =
  /^(?:[<{[(%$*.\-_x•…]|(?:your|my|the|an?|some|example|sample|dummy|fake|test|changeme|change_me|placeholder|redacted|none|null|nil|undefined|true|false|string|process\.|os\.|env|config|secrets?\.|vault:|file:|required|optional|password|passwd|token|secret|api[_-]?key|hidden|masked|n\/a)\b|(?:your|my)[_-]|replace)|(.)\1{5}|\.{3}|[<>{}]|\$\(|\*{3}/i;
