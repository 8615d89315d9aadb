// Secure Boot: signing the UEFI application (sbsign), and keys for trying it out.
import { X509Certificate } from "node:crypto";
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

/** Signs a PE file, and checks that the signature is the certificate's. The signature has the time of its making in it. */
export function signApplication(program: string, output: string, { key, certificate }: SigningKey): void {
  certificateBytes(certificate);
  tool("sbsign", "--key", key, "--cert", certificate, "--output", output, program);
  tool("sbverify", "--cert", certificate, output);
}
