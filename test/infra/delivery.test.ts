import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fingerprintOf } from '#gateways/cdn-url.ts';
import { configFrom } from '#infra/config.ts';
import { exampleConfig } from '#infra/synthesise.ts';
import { deployment, resourcesOf } from './deployment.ts';

const one = (type: string) => {
  const found = resourcesOf('prod', type);
  expect(found).toHaveLength(1);
  return found[0]!.Properties;
};
const pem = (): string =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }).toString();
const ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:parley-dev-media-key-AbCdEf';

describe('the CDN', () => {
  it('answers signed addresses only, on every path, over TLS, from the clean bucket as itself', () => {
    const { DistributionConfig: config } = one('AWS::CloudFront::Distribution');
    const [group] = resourcesOf('prod', 'AWS::CloudFront::KeyGroup');
    for (const behaviour of [config.DefaultCacheBehavior, ...config.CacheBehaviors]) {
      expect(behaviour.TrustedKeyGroups).toEqual([{ Ref: group!.id }]);
      expect(behaviour.ViewerProtocolPolicy).toBe('https-only');
      expect(behaviour.AllowedMethods).toEqual(['GET', 'HEAD']);
    }
    expect(config.CacheBehaviors.map(({ PathPattern }: { PathPattern: string }) => PathPattern)).toEqual([
      '*/original',
    ]);
    expect(config.Origins).toHaveLength(1);
    expect(config.Origins[0].OriginAccessControlId).toBeDefined();
    expect(JSON.stringify(config.Origins[0].DomainName)).toContain('Clean');
    expect(one('AWS::CloudFront::OriginAccessControl').OriginAccessControlConfig).toMatchObject({
      SigningBehavior: 'always',
      SigningProtocol: 'sigv4',
    });
    expect(config).toMatchObject({ PriceClass: 'PriceClass_100', Logging: { IncludeCookies: false, Prefix: 'cdn/' } });
    const policy = resourcesOf('prod', 'AWS::S3::BucketPolicy').find(({ id }) => id.startsWith('CleanPolicy'));
    const [statement] = policy!.Properties.PolicyDocument.Statement.filter(
      ({ Principal }: { Principal: { Service?: string } }) => Principal.Service === 'cloudfront.amazonaws.com',
    );
    expect(statement).toMatchObject({ Action: 's3:GetObject', Effect: 'Allow' });
    expect(JSON.stringify(statement.Condition)).toContain(':distribution/*');
  });

  it('lets nothing run and nothing be guessed, and caches by how a thing is answered, not by who asks', () => {
    const policies = resourcesOf('prod', 'AWS::CloudFront::ResponseHeadersPolicy');
    expect(policies).toHaveLength(2);
    for (const { Properties } of policies) {
      const { SecurityHeadersConfig, CorsConfig, CustomHeadersConfig } = Properties.ResponseHeadersPolicyConfig;
      expect(SecurityHeadersConfig).toMatchObject({
        ContentTypeOptions: { Override: true },
        ContentSecurityPolicy: { ContentSecurityPolicy: "sandbox; default-src 'none'", Override: true },
        StrictTransportSecurity: { Override: true },
      });
      expect(CorsConfig).toMatchObject({ AccessControlAllowCredentials: false, OriginOverride: true });
      expect(CustomHeadersConfig.Items).toContainEqual({
        Header: 'Cross-Origin-Resource-Policy',
        Value: 'cross-origin',
        Override: true,
      });
    }
    const { ParametersInCacheKeyAndForwardedToOrigin: key } = one('AWS::CloudFront::CachePolicy').CachePolicyConfig;
    expect(key).toMatchObject({
      QueryStringsConfig: {
        QueryStringBehavior: 'whitelist',
        QueryStrings: ['response-content-type', 'response-content-disposition'],
      },
      CookiesConfig: { CookieBehavior: 'none' },
      HeadersConfig: { HeaderBehavior: 'none' },
    });
  });

  it('knows its keys by the names that the functions work out', () => {
    const keys = resourcesOf('prod', 'AWS::CloudFront::PublicKey');
    expect(keys).toHaveLength(1);
    const fingerprint = fingerprintOf(createPublicKey(keys[0]!.Properties.PublicKeyConfig.EncodedKey));
    const downloads = resourcesOf('prod', 'AWS::Lambda::Function').find(({ Properties }) =>
      /-downloads$/.test(Properties.FunctionName),
    );
    const said = JSON.stringify(downloads!.Properties.Environment.Variables.MEDIA_CDN);
    expect(said).toContain(`\\"${fingerprint}\\":`);
    expect(said).toContain('secret:parley-prod-media-key');
  });

  it('takes two keys while one takes the place of the other, and no third', () => {
    const keys = [pem(), pem(), pem()];
    const given = { 'cdn.publicKeys': keys.slice(0, 2).join(','), 'cdn.signingKeyArn': ARN };
    const { templates } = deployment('dev', given);
    const { resources } = templates.find(({ stack }) => stack === 'delivery')!;
    const [group] = Object.values(resources).filter(({ Type }) => Type === 'AWS::CloudFront::KeyGroup');
    expect(group!.Properties.KeyGroupConfig.Items).toHaveLength(2);
    expect(() => exampleConfig('dev', { ...given, 'cdn.publicKeys': keys.join(',') })).toThrow('two keys at most');
    expect(() => exampleConfig('dev', { ...given, 'cdn.domainName': 'media.example.com' })).toThrow('go together');
  });

  it('is not there unless it is asked for, and never on a laptop', () => {
    expect(resourcesOf('dev', 'AWS::CloudFront::Distribution')).toEqual([]);
    expect(resourcesOf('local', 'AWS::CloudFront::Distribution')).toEqual([]);
    const local = { stage: 'local', issuerUrl: 'http://127.0.0.1:1', emulatorEndpoint: 'http://127.0.0.1:2' };
    const context = { ...local, searchUrl: 'http://127.0.0.1:3', 'cdn.signingKeyArn': ARN };
    expect(() => configFrom((key) => context[key as keyof typeof context], {})).toThrow('cdn');
  });
});
