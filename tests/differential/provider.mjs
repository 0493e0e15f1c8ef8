// Copyright: (c) 2026, Beyond Identity Management collection contributors
// GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// A certified OpenID provider for the differential test. It prints its URL and ends when its standard input does.
// Each user signs in with the page at /interaction, which approves, or denies with ?decision=deny.
// POST /clock?seconds=N sets its clock forward.

import http from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [, , packages] = process.argv;
const library = createRequire(`${packages}/`).resolve('oidc-provider');
const { default: Provider } = await import(pathToFileURL(library));

const REDIRECT_URI = 'http://127.0.0.1:8400/callback';
const CODE = ['authorization_code', 'refresh_token'];
const SCOPES = ['realms:read', 'realms:create'];

function describeClient(clientId, grantTypes, method) {
  const isCode = grantTypes.includes('authorization_code');
  return {
    client_id: clientId,
    ...(method === 'none' ? {} : { client_secret: `secret of ${clientId}` }),
    token_endpoint_auth_method: method,
    grant_types: grantTypes,
    response_types: isCode ? ['code'] : [],
    redirect_uris: isCode ? [REDIRECT_URI] : [],
    scope: ['openid', ...SCOPES].join(' '),
  };
}

let ahead = 0;
const readClock = Date.now;
Date.now = () => readClock() + ahead;

const server = http.createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      describeClient('web', CODE, 'client_secret_basic'),
      describeClient('other', CODE, 'client_secret_basic'),
      describeClient('public', CODE, 'none'),
      describeClient('machine', ['client_credentials'], 'client_secret_basic'),
    ],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    scopes: ['openid', 'offline_access', ...SCOPES, 'realms:delete'],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: { enabled: true },
      revocation: { enabled: true },
    },
    routes: { authorization: '/authorize', token: '/token', introspection: '/introspect', revocation: '/revoke' },
    cookies: { keys: ['differential'] },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    issueRefreshToken: (_context, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: () => true,
    allowOmittingSingleRegisteredRedirectUri: false,
    renderError(context, output) {
      context.body = output;
    },
    async loadExistingGrant(context) {
      const { clientId } = context.oidc.client;
      const grant = new provider.Grant({ clientId, accountId: context.oidc.session.accountId });
      grant.addOIDCScope(['openid', ...SCOPES].join(' '));
      await grant.save();
      return grant;
    },
  });
  provider.use(async (context, next) => {
    if (context.path === '/clock') {
      ahead += 1000 * Number(context.query.seconds);
      context.body = '';
    } else if (context.path.startsWith('/interaction/')) {
      const denied = { error: 'access_denied', error_description: 'The user refused.' };
      const approved = { login: { accountId: 'pat' }, consent: {} };
      await provider.interactionFinished(context.req, context.res, context.query.decision === 'deny' ? denied : approved);
      context.respond = false;
    } else {
      await next();
    }
  });
  server.on('request', provider.callback());
  console.log(issuer);
});
process.stdin.on('end', () => process.exit()).resume();
