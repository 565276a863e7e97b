import { searchApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleSearchMessages } from './search-messages.ts';

export const handler = service(searchApi, { searchMessages: handleSearchMessages });
