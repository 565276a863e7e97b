import * as z from 'zod';

/** From the highest to the lowest. A `guest` only reads; channels have them. */
export const MemberRole = z.enum(['owner', 'admin', 'member', 'guest']);
