// A Chromium for the browser tests: the system's, or the one in the package @sparticuz/chromium.

import { createReadStream, createWriteStream } from "node:fs";
import { access, chmod, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import { extract } from "tar-fs";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
const PARTS = ["fonts", "al2023"]; // libraries that Debian's smallest images lack

/** This machine has no Chromium, and there is none to install. */
export class NoChromium extends Error {}

/** The options with which `chromium.launch` starts it. */
export async function findChromium() {
  if (process.env.CHROMIUM_PATH) return { executablePath: process.env.CHROMIUM_PATH };
  const folders = (process.env.PATH ?? "").split(delimiter);
  for (const path of [
    ...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))),
    MAC,
  ]) {
    if (await exists(path)) return { executablePath: path };
  }
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new NoChromium("no Chromium is installed, and CHROMIUM_PATH names none");
  }
  const folder = await unpackedFolder();
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: join(folder, "lib"),
    FONTCONFIG_FILE: join(folder, "local.conf"),
  };
  return { executablePath: join(folder, "chromium"), env };
}

/** The folder next to the package with its files unpacked, once for all processes. */
async function unpackedFolder() {
  const require = createRequire(import.meta.url);
  const home = join(dirname(require.resolve("@sparticuz/chromium")), "..", "..");
  const { version } = require(join(home, "package.json"));
  const folder = join(home, "..", `.chromium-${version}`);
  if (await exists(folder)) return folder;
  const unfinished = await mkdtemp(`${folder}-`);
  try {
    const packed = (name) => createReadStream(join(home, "bin", name));
    const parts = PARTS.map((name) =>
      pipeline(packed(`${name}.tar.br`), createBrotliDecompress(), extract(unfinished)),
    );
    const binary = join(unfinished, "chromium");
    const program = createWriteStream(binary);
    await Promise.all([
      ...parts,
      pipeline(packed("chromium.br"), createBrotliDecompress(), program),
    ]);
    await chmod(binary, 0o755);
    await mkdir(join(unfinished, "cache"));
    await writeFile(join(unfinished, "local.conf"), fontsConfig(folder));
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (!(await exists(folder))) throw error; // otherwise another process was faster
  }
  return folder;
}

function fontsConfig(folder) {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${folder}/cache</cachedir>
</fontconfig>
`;
}

async function exists(path) {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
