/** A certificate for localhost, by openssl. It is its own authority. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** Why there can be no certificate here; `false` when there can. */
export const noOpenssl: string | false =
  process.env["CI"] !== undefined || spawnSync("openssl", ["version"]).status === 0 ? false : "no openssl";

export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** The paths of a new certificate and of its key, in `directory`. */
export function makeCertificate(directory: string): Certificate {
  const files = { certificate: join(directory, "certificate.pem"), key: join(directory, "key.pem") };
  const { status, stderr, error } = spawnSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
      ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
      ...["-keyout", files.key, "-out", files.certificate],
    ],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`openssl: ${error?.message ?? stderr}`);
  return files;
}
