export const localeCookie = "bellwether_locale";
export const zoneCookie = "bellwether_zone";
/** `utc`: this browser wants times in UTC, whatever its own zone is. */
export const clockCookie = "bellwether_clock";
/** `USD`: this browser wants dollars, whatever the installation has set. */
export const currencyCookie = "bellwether_currency";

const yearSeconds = 31_536_000;

/** Remembers a preference in this browser; the server reads it on the next request. */
export function rememberPreference(name: string, value: string): void {
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=${yearSeconds}; samesite=lax`;
}
