import type { AuthOptions, CookieOption } from 'next-auth';
import Credentials from 'next-auth/providers/credentials';
import type { OAuthConfig } from 'next-auth/providers/oauth';
import { env } from '../platform/env';
import { logger } from '../platform/log';
import { ServiceError } from '../services/error';
import { signInWithPassword } from '../services/sign-in';
import { type OidcPolicy, signInWithClaims } from '../services/sign-in-oidc';
import { findUser } from '../store/users';
import { addressOf } from './client-address';
import { allClaims } from './oidc-claims';
import {
  actorFromToken,
  secureCookies,
  sessionCookieName,
  sessionSeconds,
  sessionSecret,
  sessionToken,
} from './session';

/** next-auth's options. A session holds the user's id alone; role and standing are read from the database each time. */
export function authOptions(): AuthOptions {
  const log = logger('auth');
  return {
    secret: sessionSecret(),
    session: { strategy: 'jwt', maxAge: sessionSeconds },
    jwt: { maxAge: sessionSeconds },
    pages: { signIn: '/signin', error: '/signin' },
    useSecureCookies: secureCookies(),
    cookies: { sessionToken: sessionCookie() },
    providers: [passwordProvider(), ...(env().OIDC_ISSUER ? [oidcProvider()] : [])],
    callbacks: {
      async signIn({ user, account }) {
        if (account?.provider !== 'oidc') return true;
        try {
          user.id = (await signInWithClaims((user as { claims?: unknown }).claims, oidcPolicy())).id;
          return true;
        } catch (error) {
          if (error instanceof ServiceError) return false;
          throw error;
        }
      },
      async jwt({ token, user }) {
        // At sign-in `user` is what the provider's authorize or profile answered; later only the token comes.
        if (!user) return token;
        const row = await findUser(user.id);
        return row ? sessionToken(row) : {};
      },
      async session({ session, token }) {
        const actor = await actorFromToken(token);
        return actor ? { ...session, user: actor } : { expires: new Date(0).toISOString() };
      },
      redirect({ url, baseUrl }) {
        const target = new URL(url, baseUrl);
        return target.origin === new URL(baseUrl).origin ? target.href : baseUrl;
      },
    },
    logger: {
      error: (code, metadata) => log.warn({ code, error: errorText(metadata) }, 'sign-in failed'),
      warn: (code) => log.debug({ code }, 'next-auth'),
      debug: () => {},
    },
  };
}

function passwordProvider() {
  return Credentials({
    id: 'password',
    name: 'Password',
    credentials: { email: { label: 'E-mail', type: 'email' }, password: { label: 'Password', type: 'password' } },
    async authorize(credentials, request) {
      const { email, password } = credentials ?? {};
      if (typeof email !== 'string' || typeof password !== 'string') return null;
      if (email.length > 254 || password.length > 200) return null;
      try {
        const user = await signInWithPassword({ email, password, address: addressOf(request.headers) });
        return { id: user.id, email: user.email, name: user.name };
      } catch (error) {
        // next-auth shows the sign-in page the message of what is thrown here: the code and seconds, nothing else.
        if (!(error instanceof ServiceError)) {
          logger('auth').error({ err: error }, 'sign-in');
          throw new Error('failed');
        }
        if (error.code === 'rate_limited') throw new Error(`rate_limited:${error.retryAfter ?? 1}`);
        return null;
      }
    },
  });
}

function oidcProvider(): OAuthConfig<Record<string, unknown>> {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME } = env();
  const wellKnown = `${OIDC_ISSUER?.replace(/\/$/, '')}/.well-known/openid-configuration`;
  return {
    id: 'oidc',
    name: OIDC_NAME,
    type: 'oauth',
    issuer: OIDC_ISSUER,
    wellKnown,
    clientId: OIDC_CLIENT_ID,
    clientSecret: OIDC_CLIENT_SECRET,
    authorization: { params: { scope: 'openid email profile' } },
    idToken: true,
    checks: ['pkce', 'state', 'nonce'],
    // Only gathers: what is thrown here would leave the person at the sign-in page without a word.
    profile: async (claims, { access_token: accessToken }) => ({
      id: String(claims.sub),
      claims: await allClaims(wellKnown, claims, accessToken),
    }),
  };
}

function oidcPolicy(): OidcPolicy {
  const { OIDC_ROLE_CLAIM, OIDC_ROLE_MAP, OIDC_DEFAULT_ROLE, OIDC_EMAIL_TRUSTED } = env();
  return {
    roleClaim: OIDC_ROLE_CLAIM,
    roleMap: OIDC_ROLE_MAP,
    defaultRole: OIDC_DEFAULT_ROLE,
    emailTrusted: OIDC_EMAIL_TRUSTED,
  };
}

const sessionCookie = (): CookieOption => ({
  name: sessionCookieName(),
  options: { httpOnly: true, sameSite: 'lax', path: '/', secure: secureCookies() },
});

function errorText(metadata: unknown): string {
  const { error } = metadata as { error?: unknown };
  return String((error instanceof Error ? error : metadata) ?? '').slice(0, 300);
}
