/** How models, routes, providers and regions are named: callers and addresses carry these names. */
export const nameForm = /^[a-z0-9][a-z0-9.-]{0,62}$/;
