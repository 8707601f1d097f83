// All that can be played: what the modules of this folder export, by its name.

import { readdir } from "node:fs/promises";

const folder = new URL(".", import.meta.url);
const files = (await readdir(folder)).filter((name) => name.endsWith(".mjs") && name !== "index.mjs");
const modules = await Promise.all(files.map((name) => import(new URL(name, folder))));

export const SCENARIOS = Object.assign({}, ...modules);
