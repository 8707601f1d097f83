/** Applies a campaign's locale, title and theme to the document. */

import { type Campaign, fontStack } from "../model/campaign.ts";
import { directionOf } from "../model/texts.ts";

export function dress({ locale, theme, name, copy }: Campaign): void {
  const { documentElement: root } = document;
  root.lang = locale;
  root.dir = directionOf(locale);
  document.title = copy.headline || name;
  const values = {
    primary: theme.primaryColor,
    "on-primary": theme.onPrimaryColor,
    secondary: theme.secondaryColor,
    "on-secondary": theme.onSecondaryColor,
    background: theme.backgroundColor,
    text: theme.textColor,
    font: fontStack(theme.fontFamily),
  };
  for (const [name, value] of Object.entries(values)) root.style.setProperty(`--${name}`, value);
}
