/** `npm run -s token -- --tenant acme --user ada [--roles admin,member] [--name Ada] [--expires 12h] [--instance dev]`: prints a token. */
import { parseArgs } from 'node:util';
import { instanceNamed } from './instance.ts';
import { mintToken } from './issuer/tokens.ts';
import { main, Problem } from './problem.ts';

await main(async () => {
  const { values } = parseArgs({
    options: {
      tenant: { type: 'string' },
      user: { type: 'string' },
      roles: { type: 'string', multiple: true, default: [] },
      name: { type: 'string' },
      expires: { type: 'string' },
      instance: { type: 'string', default: 'dev' },
    },
  });
  if (!values.tenant || !values.user) throw new Problem('A token needs a tenant and a user: --tenant acme --user ada.');
  const token = await mintToken(instanceNamed(values.instance), {
    tenant: values.tenant,
    user: values.user,
    roles: values.roles.flatMap((roles) => roles.split(',')).filter(Boolean),
    displayName: values.name,
    expiresIn: values.expires,
  });
  console.log(token);
  return 0;
});
