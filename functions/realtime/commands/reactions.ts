import { addOwnReaction, removeOwnReaction } from '#changing/own-reactions.ts';
import { addReaction, removeReaction } from '#contract/reactions.ts';
import { likeHttps } from './like-https.ts';

/** Adds a reaction. */
export const react = likeHttps('react', addReaction, addOwnReaction);

/** Takes a reaction back. */
export const unreact = likeHttps('unreact', removeReaction, removeOwnReaction);
