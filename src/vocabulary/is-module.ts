/** Whether the path or URL is that of a JavaScript or TypeScript module, which is code, not data. */
export function isModule(path: string): boolean {
  return /\.[cm]?[jt]s$/.test(path);
}
