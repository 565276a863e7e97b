import { createHash, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations, Aws, CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  CacheQueryStringBehavior,
  Distribution,
  HttpVersion,
  KeyGroup,
  PriceClass,
  PublicKey,
  type ResponseCustomHeader,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { EventInvokeConfig } from 'aws-cdk-lib/aws-lambda';
import { Bucket, type CfnBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { READ_CDN_LOGS } from '#contract/entries.ts';
import { type Cdn, type Config, cdnOf, prefixOf, ROOT } from './config.ts';
import { ParleyFunction, type Setting } from './constructs/parley-function.ts';
import { bucketName, type DataStack, privateBucket } from './data-stack.ts';
import type { Resources } from './grants.ts';

/** What the CDN asks S3 for besides the object: how it is to be answered. The rest of an address is for the CDN alone. */
const ANSWERED = ['response-content-type', 'response-content-disposition'];

const PRICE_CLASSES = {
  '100': PriceClass.PRICE_CLASS_100,
  '200': PriceClass.PRICE_CLASS_200,
  all: PriceClass.PRICE_CLASS_ALL,
} as const;

/** Days that logs of the CDN are kept: they hold addresses of people and names of files. */
const LOG_DAYS = 30;

/** The public half of a key pair, and its name as the functions work it out from the private one. */
const publicKeyOf = (given: string): { readonly pem: string; readonly fingerprint: string } => {
  const text = given.startsWith('-----BEGIN') ? given : readFileSync(join(ROOT, given), 'utf8');
  const key = createPublicKey(text);
  const digest = createHash('sha256').update(key.export({ type: 'spki', format: 'der' }));
  return {
    pem: key.export({ type: 'spki', format: 'pem' }).toString(),
    fingerprint: digest.digest('hex').slice(0, 16),
  };
};

/**
 * Where media are downloaded from: a distribution of CloudFront in front of the clean bucket, where the configuration has a
 * key pair for it (ADR 0023), and what reads its logs. Without one, addresses lead to S3 itself; the bucket of logs and its reader are
 * there all the same, and idle.
 */
export class DeliveryStack extends Stack {
  /** What was there before, and the CDN. */
  readonly resources: Resources;
  readonly functions: Readonly<Record<string, ParleyFunction>>;
  readonly distribution: Distribution | undefined;

  constructor(scope: Construct, id: string, setting: Setting, data: DataStack, before: Resources, props?: StackProps) {
    super(scope, id, props);
    const { config } = setting;
    // The bucket notifies the function and the function reads the bucket: a name known beforehand unties the knot.
    const name = bucketName(config, 'cdn-logs');
    const arn = `arn:${Aws.PARTITION}:s3:::${name}`;
    const own = { cdnLogsName: name, cdnLogsArn: arn };
    const reader = this.reader(setting, { ...before, ...own });
    const logs = this.logs(config, data, name, reader);
    this.functions = { 'read-cdn-logs': reader };
    const cdn = cdnOf(config);
    if (!cdn) {
      this.resources = { ...before, ...own };
      return;
    }

    const keys = cdn.publicKeys.map((given) => {
      const { pem, fingerprint } = publicKeyOf(given);
      // A key cannot be changed, only replaced by one of another name.
      return { fingerprint, key: new PublicKey(this, `Key${fingerprint}`, { encodedKey: pem }) };
    });
    const group = new KeyGroup(this, 'Keys', { items: keys.map(({ key }) => key) });
    this.distribution = this.distributionOf(config, cdn, before, group, logs);
    const address = `https://${cdn.domainName ?? this.distribution.distributionDomainName}`;
    const ids = keys.map(({ fingerprint, key }) => `"${fingerprint}":"${key.publicKeyId}"`);
    this.resources = {
      ...before,
      ...own,
      mediaKeyArn: cdn.signingKeyArn,
      mediaCdn: `{"url":"${address}","secret":"${cdn.signingKeyArn}","keys":{${ids.join(',')}}}`,
    };
    new CfnOutput(this, 'MediaUrl', { value: address });
  }

  private reader(setting: Setting, resources: Resources): ParleyFunction {
    const reader = new ParleyFunction(this, 'read-cdn-logs', {
      setting,
      name: 'read-cdn-logs',
      entry: READ_CDN_LOGS,
      resources,
    });
    new EventInvokeConfig(this, 'Retries', {
      function: reader.function,
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
    });
    return reader;
  }

  private logs(config: Config, data: DataStack, name: string, reader: ParleyFunction): Bucket {
    const logs = new Bucket(this, 'CdnLogs', {
      ...privateBucket(config),
      bucketName: name,
      removalPolicy: config.stage === 'local' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
      // CloudFront writes by an access control list; who owns the bucket owns what it writes.
      objectOwnership: ObjectOwnership.BUCKET_OWNER_PREFERRED,
      serverAccessLogsBucket: data.accessLogs,
      serverAccessLogsPrefix: 'cdn-logs/',
      lifecycleRules: [{ expiration: Duration.days(LOG_DAYS) }],
    });
    const arn = `arn:${Aws.PARTITION}:s3:::${name}`;
    const permission = reader.allow('Invoke', 's3.amazonaws.com', { arn, account: Aws.ACCOUNT_ID });
    const bucket = logs.node.defaultChild as CfnBucket;
    bucket.notificationConfiguration = {
      lambdaConfigurations: [{ event: 's3:ObjectCreated:*', function: reader.function.functionArn }],
    };
    // S3 asks the function when it is told of it: it must exist and allow S3 by then.
    bucket.addResourceDependency(permission);
    return logs;
  }

  private distributionOf(config: Config, cdn: Cdn, before: Resources, group: KeyGroup, logs: Bucket): Distribution {
    const clean = Bucket.fromBucketAttributes(this, 'Clean', {
      bucketName: before.cleanName!,
      bucketRegionalDomainName: `${before.cleanName}.s3.${Aws.REGION}.${Aws.URL_SUFFIX}`,
    });
    const origin = S3BucketOrigin.withOriginAccessControl(clean);
    // The bucket's own stack lets the CDN read: a policy from here would tie the two into a knot.
    Annotations.of(this).acknowledgeWarning('@aws-cdk/aws-cloudfront-origins:updateImportedBucketPolicyOac');
    const cachePolicy = new CachePolicy(this, 'Cache', {
      comment: `${prefixOf(config)}: media by how they are answered, not by who asks`,
      queryStringBehavior: CacheQueryStringBehavior.allowList(...ANSWERED),
      defaultTtl: Duration.days(1),
      maxTtl: Duration.days(30),
      minTtl: Duration.seconds(0),
    });
    const behaviour = (headers: ResponseHeadersPolicy): BehaviorOptions => ({
      origin,
      cachePolicy,
      responseHeadersPolicy: headers,
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
      trustedKeyGroups: [group],
      compress: false,
    });
    return new Distribution(this, 'Media', {
      comment: `${prefixOf(config)}: media`,
      defaultBehavior: behaviour(this.headers('Headers', config, [])),
      // Should an address ever say nothing of it, what was uploaded is saved all the same.
      additionalBehaviors: {
        '*/original': behaviour(
          this.headers('SavedHeaders', config, [
            { header: 'Content-Disposition', value: 'attachment', override: false },
          ]),
        ),
      },
      priceClass: PRICE_CLASSES[cdn.priceClass],
      httpVersion: HttpVersion.HTTP2_AND_3,
      enableLogging: true,
      logBucket: logs,
      logFilePrefix: 'cdn/',
      logIncludesCookies: false,
      ...(cdn.domainName && cdn.certificateArn
        ? {
            domainNames: [cdn.domainName],
            minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
            certificate: Certificate.fromCertificateArn(this, 'Certificate', cdn.certificateArn),
          }
        : {}),
    });
  }

  /** What every answer of the CDN says besides what S3 says: nothing in it runs, and it is nobody's to keep but its reader's. */
  private headers(id: string, config: Config, more: readonly ResponseCustomHeader[]): ResponseHeadersPolicy {
    return new ResponseHeadersPolicy(this, id, {
      comment: `${prefixOf(config)}: media`,
      securityHeadersBehavior: {
        contentTypeOptions: { override: true },
        contentSecurityPolicy: { contentSecurityPolicy: "sandbox; default-src 'none'", override: true },
        strictTransportSecurity: { accessControlMaxAge: Duration.days(730), includeSubdomains: true, override: true },
      },
      corsBehavior: {
        accessControlAllowOrigins: config.allowedOrigins,
        accessControlAllowMethods: ['GET', 'HEAD'],
        accessControlAllowHeaders: ['*'],
        accessControlExposeHeaders: ['ETag', 'Content-Length', 'Content-Range', 'Accept-Ranges', 'Content-Disposition'],
        accessControlAllowCredentials: false,
        originOverride: true,
      },
      customHeadersBehavior: {
        customHeaders: [
          // Pages of other origins show it: that is what it is for. Who may, is in the address.
          { header: 'Cross-Origin-Resource-Policy', value: 'cross-origin', override: true },
          { header: 'Cache-Control', value: 'private, max-age=300, immutable', override: true },
          ...more,
        ],
      },
    });
  }
}
