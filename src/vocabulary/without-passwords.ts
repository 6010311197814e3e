/** Hides the passwords of Redis URLs in all output. */

/** The part of a Redis URL before its host, up to the last `@` of the word: a password can contain one. */
const CREDENTIALS = /\b(rediss?:\/\/)[^\s]*@/gi;

/** `text` in which the user name and the password of each Redis URL are `***`: `redis://***@host:6379`. */
export function withoutPasswords(text: string): string {
  return text.replace(CREDENTIALS, "$1***@");
}
