// Secure Boot: signing the UEFI application (sbsign), and keys for trying it out.
import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { TernelError } from "../models/errors.ts";
import { projectRoot } from "./paths.ts";
import { tool } from "./tool.ts";

/** Files in PEM: the private key that signs and the certificate that a firmware has to know. */
export interface SigningKey {
  readonly key: string;
  readonly certificate: string;
}

const testFolder = join(projectRoot, "build/secure-boot");

/** A key pair for trying things out, made at its first use: its private half lies about unprotected, and it says so in its name. */
export function testKey(): SigningKey {
  const inFolder = (folder: string) => ({ key: join(folder, "test-key.pem"), certificate: join(folder, "test-certificate.pem") });
  const made = inFolder(testFolder);
  if (existsSync(made.key) && existsSync(made.certificate)) return made;
  mkdirSync(dirname(testFolder), { recursive: true });
  const folder = mkdtempSync(`${testFolder}-`);
  try {
    const { key, certificate } = inFolder(folder);
    const subject = ["-subj", "/CN=Ternel TEST key: never trust it on a machine that matters"];
    tool(
      "openssl",
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-noenc",
      "-days",
      "3650",
      ...subject,
      "-keyout",
      key,
      "-out",
      certificate,
    );
    // Whole or not at all; another process may have been faster.
    if (!existsSync(made.key)) renameSync(folder, testFolder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return made;
}

/** The certificate as firmwares read it (DER). */
export function certificateBytes(file: string): Uint8Array {
  try {
    return new X509Certificate(readFileSync(file)).raw;
  } catch (error) {
    throw new TernelError("fileKind", `${file}: no certificate: ${error instanceof Error ? error.message : ""}`);
  }
}

/** Throws unless this is the certificate's private key. The passphrase of an encrypted one is asked for by sbsign, at a terminal. */
export function requireKeyOf({ key, certificate }: SigningKey): void {
  const owner = new X509Certificate(certificateBytes(certificate));
  const text = readFileSync(key);
  // RFC 7468 and RFC 1421: "-----BEGIN ENCRYPTED PRIVATE KEY-----", "Proc-Type: 4,ENCRYPTED"
  if (/^(-----BEGIN |Proc-Type: 4,)ENCRYPTED/m.test(text.toString("latin1"))) {
    if (process.stdin.isTTY) return;
    throw new TernelError("fileKind", `${key} is encrypted, and there is no terminal to ask for its passphrase`);
  }
  let own;
  try {
    own = createPrivateKey(text);
  } catch (error) {
    throw new TernelError("fileKind", `${key}: no private key: ${error instanceof Error ? error.message : ""}`);
  }
  if (!owner.checkPrivateKey(own)) throw new TernelError("fileKind", `${key} is not the key of ${certificate}`);
}

/** Signs a PE file, and checks that the signature is the certificate's. The signature has the time of its making in it. */
export function signApplication(program: string, output: string, { key, certificate }: SigningKey): void {
  requireKeyOf({ key, certificate });
  tool("sbsign", "--key", key, "--cert", certificate, "--output", output, program);
  tool("sbverify", "--cert", certificate, output);
}
