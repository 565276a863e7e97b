/** Serves an instance's key set as an OpenID Connect issuer does: `node local/issuer/server.ts <instance>`, on loopback. */
import { createServer } from 'node:http';
import { instanceNamed, WITHOUT_PORTS } from '../instance.ts';
import { issuerUrl } from './issuer.ts';
import { ALGORITHM, keySetOf } from './keys.ts';

const instance = instanceNamed(process.argv[2] ?? 'dev', {
  ...WITHOUT_PORTS,
  PARLEY_ISSUER_PORT: process.env.PARLEY_ISSUER_PORT,
});
const url = issuerUrl(instance);

const documents: Record<string, unknown> = {
  '/.well-known/openid-configuration': {
    issuer: url,
    jwks_uri: `${url}/.well-known/jwks.json`,
    response_types_supported: ['token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [ALGORITHM],
  },
  '/.well-known/jwks.json': await keySetOf(instance),
};

createServer((request, response) => {
  const document = request.method === 'GET' ? documents[request.url ?? ''] : undefined;
  response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify(document ?? { error: 'not_found' }));
}).listen(instance.ports.issuer, '127.0.0.1');
