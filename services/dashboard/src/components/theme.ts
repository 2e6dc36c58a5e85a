import { useState } from "react";

type Theme = "light" | "dark";

/** The colours in use, and how to change them; the choice is kept on this machine. */
export function useTheme(): [Theme, () => void] {
  const [theme, setTheme] = useState<Theme>(document.documentElement.dataset.theme === "dark" ? "dark" : "light");
  const toggle = () => {
    const other = theme === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = other;
    try {
      localStorage.setItem("anyone.theme", other);
    } catch {
      // without storage the choice lasts as long as the page
    }
    setTheme(other);
  };
  return [theme, toggle];
}

/** A colour of the theme as it stands now, for what is drawn on a canvas. */
export function themeColor(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
