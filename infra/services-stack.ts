import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { api as contract, type Service } from '#contract/api.ts';
import { AUTHORIZER, SERVICES } from '#contract/entries.ts';
import { ParleyFunction, type Setting } from './constructs/parley-function.ts';
import type { Resources } from './grants.ts';

/**
 * The functions behind the REST API, one a service. Apart from the API itself: together they would outgrow the 500
 * resources that a template may have (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html).
 */
export class ServicesStack extends Stack {
  readonly authorizer: ParleyFunction;
  readonly services: ReadonlyMap<Service, ParleyFunction>;
  /** All of them, by name. */
  readonly functions: Readonly<Record<string, ParleyFunction>>;

  constructor(scope: Construct, id: string, setting: Setting, resources: Resources, props?: StackProps) {
    super(scope, id, props);
    const named = Object.keys(contract) as Service[];
    this.authorizer = new ParleyFunction(this, 'authorizer', {
      setting,
      name: 'authorizer',
      entry: AUTHORIZER,
      resources,
    });
    this.services = new Map(
      named
        .filter((name) => (name !== 'search' && name !== 'indexing') || resources.searchDomainArn)
        .map((name) => [name, new ParleyFunction(this, name, { setting, name, entry: SERVICES[name], resources })]),
    );
    this.functions = { authorizer: this.authorizer, ...Object.fromEntries(this.services) };
  }
}
