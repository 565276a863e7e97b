// One file, so that every stage is synthesised once for all of these.
import './stacks.ts';
import './grants.ts';
import './quotas.ts';
