import { ENV } from '#contract/environment.ts';
import type { Caller } from '#runtime/caller.ts';
import { tenantIdOf } from '#table/entity.ts';

/** The tenant whose admins run the deployment; undefined where it names none. */
export const operatorTenant = (): string | undefined => process.env[ENV.operatorTenant] || undefined;

/** Whether a caller, who is an admin, is of those who run the deployment. */
export const isOperator = ({ tenant }: Caller): boolean => tenantIdOf(tenant) === operatorTenant();
