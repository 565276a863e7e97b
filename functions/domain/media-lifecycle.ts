const HOUR_MS = 3_600_000;

/** The shortest time (ms) for which a media that nothing shows is kept. */
export const LEAST_GRACE_MS = 24 * HOUR_MS;
