/**
 * The script of the pages below `/s/`, which the function `showShare` makes: a tap saves the picture,
 * and its guest may delete it. Without this script the page shows the picture all the same.
 */

import { PictureFile, waysOf } from "./media/saving.ts";
import { speakAsTheDocument } from "./model/language.ts";
import { isKnownGuest } from "./model/storage.ts";
import { words } from "./model/words.ts";

const spoken = speakAsTheDocument();

const save = document.querySelector<HTMLAnchorElement>("#save");
const notice = document.querySelector<HTMLElement>("#notice");

if (save && notice) {
  const picture = new PictureFile(save.href, save.dataset.name ?? "");
  save.addEventListener("click", async (event) => {
    event.preventDefault();
    const kept = await picture.save(waysOf(navigator.userAgent));
    await spoken;
    notice.textContent = words().keeping[kept];
  });
}

// Whoever never was a guest here has no picture to delete, and loads no more than this.
const own = document.querySelector<HTMLElement>("#own");
if (own && isKnownGuest()) {
  void Promise.all([import("./share-owner.ts"), spoken])
    .then(([{ offerDeletion }]) => offerDeletion(own))
    .catch(() => {});
}
