/**
 * The script of the pages below `/s/`, which the function `showShare` makes: a tap saves the picture,
 * and its guest may delete it. Without this script the page shows the picture all the same.
 */

import { PictureFile, waysOf } from "./media/saving.ts";
import { isKnownGuest } from "./model/storage.ts";

const save = document.querySelector<HTMLAnchorElement>("#save");
const notice = document.querySelector<HTMLElement>("#notice");

if (save && notice) {
  const picture = new PictureFile(save.href, save.dataset.name ?? "");
  save.addEventListener("click", async (event) => {
    event.preventDefault();
    notice.textContent = await picture.save(waysOf(navigator.userAgent));
  });
}

// Whoever never was a guest here has no picture to delete, and loads no more than this.
const own = document.querySelector<HTMLElement>("#own");
if (own && isKnownGuest()) {
  void import("./share-owner.ts").then(({ offerDeletion }) => offerDeletion(own)).catch(() => {});
}
